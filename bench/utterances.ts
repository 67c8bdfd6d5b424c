import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { resample } from '../audio/resample.ts';
import { readWav } from '../audio/wav.ts';
import { packageRoot } from '../config/package.ts';
import { type Utterance, utteranceOf } from './telephone-frames.ts';

/** Recordings without a pause inside, since any pause would end the turn here. */
export function loadUtterances(names: string[] = ['balance', 'hours', 'human']): Utterance[] {
  return names.map((name) => {
    const file = join(packageRoot, 'test', 'recordings', `${name}.wav`);
    const { samples, sampleRate } = readWav(readFileSync(file));
    return utteranceOf(resample(samples, sampleRate, 8_000));
  });
}
