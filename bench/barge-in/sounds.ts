import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { resample } from '../../audio/resample.ts';
import { readWav } from '../../audio/wav.ts';
import { packageRoot } from '../../config/package.ts';

/** What a caller's microphone picks up, 8 kHz, from its first sound to its last. */
export interface Sound {
  name: string;
  samples: Int16Array;
}

/** Speech is what is louder than −40 dBFS over 10 ms. */
const SPEECH_RMS = 32_768 * 10 ** (-40 / 20);
const STEP = 80;

/** Recordings of callers who want something. */
export const interruptions = (): Sound[] =>
  ['balance', 'card', 'goodbye', 'hours', 'human', 'loan', 'rate'].map((name) => load('recordings', name));

/** People who show that they listen, in sixteen voices. */
export const backchannels = (): Sound[] => loadAll('turns/backchannels');

/** The same by six other voices, partly in other words; and short remarks that want something. */
export const heldOutBackchannels = (): Sound[] => loadAll('turns/held-out', 'listening-');
export const heldOutRequests = (): Sound[] => loadAll('turns/held-out', 'request-');

/** Both by voices of other programs and mixtures, none of which was learnt from; decision 0023 says how often they were looked at. */
export const newBackchannels = (): Sound[] => loadAll('turns/new-voices', 'listening-');
export const newRequests = (): Sound[] => loadAll('turns/new-voices', 'request-');

/** Noises of a body and a room: bursts like a cough, and clicks. The same ones each time. */
export function noises(): Sound[] {
  const random = numbers(7);
  const coughs = Array.from({ length: 30 }, (_, i) => {
    const ms = 50 + Math.round(random() * 350);
    return { name: `cough of ${ms} ms (${i})`, samples: burst(random, ms, 2_000 + random() * 10_000) };
  });
  const clicks = Array.from({ length: 10 }, (_, i) => {
    return { name: `click (${i})`, samples: burst(random, 4 + random() * 16, 20_000) };
  });
  return [...coughs, ...clicks];
}

/** Noise through a band that moves with each burst, with a steep attack and a slow decay, as a cough has. */
function burst(random: () => number, ms: number, amplitude: number): Int16Array {
  const length = Math.round(ms * 8);
  const centre = 400 + random() * 1_600;
  const cosine = 2 * 0.95 * Math.cos((2 * Math.PI * centre) / 8_000);
  let [last, before] = [0, 0];
  const filtered = Array.from({ length }, () => {
    [last, before] = [random() * 2 - 1 + cosine * last - 0.95 ** 2 * before, last];
    return last;
  });
  const peak = Math.max(...filtered.map(Math.abs));
  return Int16Array.from(filtered, (value, i) => {
    const shape = Math.min(1, i / 80) * Math.exp((-2.5 * i) / length);
    return (value / peak) * amplitude * shape;
  });
}

/** From 0 to 1, the same for the same seed. */
export function numbers(seed: number): () => number {
  let state = seed;
  return () => (state = (state * 16_807) % 2_147_483_647) / 2_147_483_647;
}

const loadAll = (folder: string, prefix = ''): Sound[] =>
  readdirSync(join(packageRoot, 'test', folder))
    .filter((file) => file.startsWith(prefix) && file.endsWith('.wav'))
    .sort()
    .map((file) => load(folder, file.slice(0, -4)));

function load(folder: string, name: string): Sound {
  const { samples, sampleRate } = readWav(readFileSync(join(packageRoot, 'test', folder, `${name}.wav`)));
  const at8 = resample(samples, sampleRate, 8_000);
  const loud: number[] = [];
  for (let i = 0; i + STEP <= at8.length; i += STEP) {
    const energy = at8.subarray(i, i + STEP).reduce((sum, sample) => sum + sample * sample, 0) / STEP;
    if (Math.sqrt(energy) >= SPEECH_RMS) loud.push(i);
  }
  return { name, samples: at8.slice(loud[0], loud.at(-1)! + STEP) };
}
