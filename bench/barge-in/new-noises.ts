import { numbers, type Sound } from './sounds.ts';

const RATE = 8_000;

type Random = () => number;
/** A kind of noise, as samples of any size. */
type Make = (random: Random) => number[];

/** Noises that neither what judges remarks was learnt from nor its bounds were set on. The same ones each time. */
export function newNoises(): Sound[] {
  const random = numbers(41);
  return Object.entries(KINDS).flatMap(([kind, make]) =>
    Array.from({ length: 4 }, (_, i) => {
      const samples = make(random);
      const peak = Math.max(1e-9, ...samples.map(Math.abs));
      const level = 3_000 + random() * 9_000;
      return { name: `${kind} (${i})`, samples: Int16Array.from(samples, (value) => (value / peak) * level) };
    }),
  );
}

const times = (ms: number) => Array.from({ length: Math.round((ms * RATE) / 1_000) }, (_, i) => i / RATE);
const hiss = (random: Random) => random() * 2 - 1;

/** Up and down once, over all of it. */
const swell = (at: number, ms: number) => Math.sin((Math.PI * at * 1_000) / ms) ** 2;

/** Many small pieces of one, one after the other. */
const grains = (count: number, make: (i: number) => number[]) =>
  Array.from({ length: count }, (_, i) => make(i)).flat();

const KINDS: Record<string, Make> = {
  // Air that a flap of skin chops.
  snore: (random) => {
    const ms = 400 + random() * 500;
    const flaps = 25 + random() * 30;
    return times(ms).map(
      (at) => hiss(random) * swell(at, ms) * Math.max(0, Math.sin(2 * Math.PI * flaps * at)) ** 3,
    );
  },
  // A tone whose pitch rises by a third, with air in it.
  whistle: (random) => {
    const ms = 150 + random() * 400;
    const pitch = 900 + random() * 1_200;
    return times(ms).map(
      (at) =>
        swell(at, ms) * (Math.sin(2 * Math.PI * (pitch + (pitch * 300 * at) / ms) * at) + 0.1 * hiss(random)),
    );
  },
  'keys of a keyboard': (random) =>
    grains(3 + Math.floor(random() * 6), () => [
      ...times(12).map((at) => hiss(random) * Math.exp(-at * 400)),
      ...times(60 + random() * 120).map(() => 0),
    ]),
  // Frequency modulation far beyond what a throat can do.
  creak: (random) => {
    const ms = 200 + random() * 400;
    const pitch = 200 + random() * 500;
    const beat = 13 + random() * 40;
    return times(ms).map(
      (at) => swell(at, ms) * Math.sin(2 * Math.PI * pitch * at + 6 * Math.sin(2 * Math.PI * beat * at)),
    );
  },
  // Three puffs of air, each lower than the one before: a cough.
  'cough in three': (random) =>
    grains(3, (i) => {
      const ms = 90 + random() * 80;
      let low = 0;
      const keep = 0.3 + 0.2 * i;
      return [
        ...times(ms).map((at) => {
          low = keep * low + (1 - keep) * hiss(random);
          return low * Math.exp((-at * 4_000) / ms);
        }),
        ...times(70 + random() * 60).map(() => 0),
      ];
    }),
  'a dog far away': (random) =>
    grains(1 + Math.floor(random() * 2), () => {
      const ms = 120 + random() * 80;
      const pitch = 350 + random() * 250;
      return [
        ...times(ms).map((at) => {
          const falling = 2 * Math.PI * pitch * (1 - (at * 300) / ms) * at;
          return swell(at, ms) * (Math.sin(falling) + 0.6 * Math.sin(2 * falling) + 0.5 * hiss(random));
        }),
        ...times(150).map(() => 0),
      ];
    }),
};
