/** Hz. */
const RATE = 16_000;

/** From 0 to 1. */
type Random = () => number;

/**
 * A noise of a body or a room, with no word in it: bursts of breath, grunts, hums, knocks, rustling, music. Made in other
 * ways than those that `bench -- barge-in` measures with.
 */
export function noise(random: Random): Int16Array {
  const kind = KINDS[Math.floor(random() * KINDS.length)]!;
  const parts = Array.from({ length: 1 + Math.floor(random() * random() * 4) }, () => [
    kind(random),
    new Float64Array(samplesIn(20 + 150 * random())),
  ]).flat();
  const samples = parts.flatMap((part) => Array.from(part));
  const peak = Math.max(1e-9, ...samples.map(Math.abs));
  return Int16Array.from(samples, (sample) => (sample / peak) * 16_000);
}

const samplesIn = (ms: number) => Math.round((ms * RATE) / 1_000);
const between = (from: number, to: number, random: Random) => from + (to - from) * random();

/** Up within a share of its length, then down, however steep. */
function enveloped(samples: Float64Array, random: Random): Float64Array {
  const up = between(0.01, 0.5, random);
  const steep = between(0.4, 3, random);
  return samples.map((sample, i) => {
    const at = i / samples.length;
    return sample * (at < up ? at / up : ((1 - at) / (1 - up)) ** steep);
  });
}

const white = (ms: number, random: Random) =>
  Float64Array.from({ length: samplesIn(ms) }, () => random() + random() - 1);

/** A band of these frequencies, state variable filter; it moves from one centre to the other. */
function band(samples: Float64Array, from: number, to: number, damping: number): Float64Array {
  let [low, middle] = [0, 0];
  return samples.map((sample, i) => {
    const centre = from + ((to - from) * i) / samples.length;
    const step = 2 * Math.sin((Math.PI * centre) / RATE);
    low += step * middle;
    middle += step * (sample - low - damping * middle);
    return middle;
  });
}

/** Breath through a mouth: coughs, sighs, sneezes, puffs into the microphone. */
function breath(random: Random): Float64Array {
  const source = white(between(40, 600, random), random);
  const one = band(source, between(200, 2_500, random), between(200, 2_500, random), between(0.1, 1, random));
  const two = band(source, between(1_500, 5_000, random), between(1_500, 4_000, random), 0.6);
  const share = random();
  return enveloped(
    one.map((sample, i) => sample + share * two[i]!),
    random,
  );
}

/** A voice with a closed or open mouth and no word: hums, grunts, cleared throats, laughs, moans. */
function grunt(random: Random): Float64Array {
  const length = samplesIn(between(70, 700, random));
  const pitch = between(70, 300, random);
  const glide = between(-0.4, 0.4, random);
  const rough = random() ** 2;
  const tilt = between(0.75, 0.97, random);
  let [phase, last, wobble] = [0, 0, 0];
  const source = Float64Array.from({ length }, (_, i) => {
    wobble += 0.02 * (random() - 0.5 - wobble);
    phase += (pitch * (1 + (glide * i) / length) * (1 + 8 * rough * wobble)) / RATE;
    const saw = 2 * (phase % 1) - 1;
    last = tilt * last + (1 - tilt) * (saw + rough * (random() - 0.5));
    return last;
  });
  const formants = [between(200, 900, random), between(700, 2_200, random), between(2_200, 3_200, random)];
  const mouth = formants.map((centre) => band(source, centre, centre * between(0.85, 1.15, random), 0.15));
  const open = random();
  return enveloped(
    source.map((sample, i) => 0.3 * sample + mouth[0]![i]! + open * (mouth[1]![i]! + 0.4 * mouth[2]![i]!)),
    random,
  );
}

/** A cough of breath, then of a voice. */
function cough(random: Random): Float64Array {
  const onset = breath(random).subarray(0, samplesIn(between(30, 120, random)));
  return Float64Array.from([...onset, ...grunt(random).map((sample) => 0.7 * sample)]);
}

/** Something solid that is struck: knocks, cups, doors, keys. */
function struck(random: Random): Float64Array {
  const length = samplesIn(between(20, 400, random));
  const modes = Array.from({ length: 1 + Math.floor(6 * random()) }, () => ({
    hertz: 80 * 60 ** random(),
    decay: between(10, 150, random),
    level: random(),
  }));
  return Float64Array.from({ length }, (_, i) =>
    modes.reduce(
      (sum, { hertz, decay, level }) =>
        sum + level * Math.exp((-decay * i) / RATE) * Math.sin((2 * Math.PI * hertz * i) / RATE),
      0.3 * (random() - 0.5) * Math.exp((-200 * i) / RATE),
    ),
  );
}

/** Clicks close to each other: rustling paper, typing, a line that crackles. */
function crackle(random: Random): Float64Array {
  const rate = between(20, 400, random) / RATE;
  const source = Float64Array.from({ length: samplesIn(between(80, 700, random)) }, () =>
    random() < rate ? random() * 2 - 1 : 0,
  );
  return enveloped(band(source, between(500, 3_500, random), between(500, 3_500, random), 0.5), random);
}

/** A few notes one after the other, as of music, a ring, or a signal. */
function tune(random: Random): Float64Array {
  const base = between(150, 900, random);
  const notes = Array.from({ length: 1 + Math.floor(5 * random()) }, () => {
    const hertz = base * 2 ** (Math.floor(12 * random()) / 12);
    return enveloped(
      Float64Array.from({ length: samplesIn(between(80, 300, random)) }, (_, i) =>
        [1, 2, 3].reduce((sum, part) => sum + Math.sin((2 * Math.PI * hertz * part * i) / RATE) / part, 0),
      ),
      random,
    );
  });
  return Float64Array.from(notes.flatMap((note) => Array.from(note)));
}

const KINDS = [breath, breath, grunt, grunt, cough, cough, struck, crackle, tune];
