import { setTimeout as sleep } from 'node:timers/promises';
import type { EngineKind, Mood } from '../engines/mood.ts';
import type { Fault } from './fault.ts';

const FOR_MS = 3_000;
const AFTER_MS = 3_000;

/** Engines of all workers of a kind, one kind a trial in turn, misbehave for a while. */
const misbehave = (mood: Mood, about: string): Fault => ({
  name: `engine-${mood}`,
  about: `${about}, for ${FOR_MS / 1_000} s: the recogniser, the model or the voice`,
  trials: 12,
  hits: 'all',
  excuses: { words: true, answers: true, recording: true },
  async strike({ platform, random, moment, struck }) {
    const kind = random.pick<EngineKind>(['stt', 'llm', 'tts']);
    await moment();
    struck();
    platform.setMood(kind, mood, FOR_MS);
    await sleep(FOR_MS + AFTER_MS);
  },
});

export const engineFaults: Fault[] = [
  misbehave('hangs', 'an engine does not answer'),
  misbehave('slow', 'an engine takes 1.2 s more'),
  misbehave('garbage', 'an engine answers with what makes no sense'),
  misbehave('fails', 'an engine answers with an error'),
];
