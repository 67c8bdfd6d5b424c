import { readFile, stat } from 'node:fs/promises';
import { resample } from '../audio/resample.ts';
import { readWav, WavError, type Recording } from '../audio/wav.ts';
import { usageError } from './error.ts';
import { findUtterances } from './utterances.ts';

/** What a caller sends, Hz: what the recogniser hears at. */
export const CALLER_RATE = 16_000;

/** Half an hour of 48 kHz stereo: more is no caller's part of a conversation. */
const LARGEST_BYTES = 350_000_000;

/**
 * The utterances of a recording of a caller, at 16 kHz. Throws CliError (2) for a file that is missing, empty,
 * no WAV audio, or silent.
 */
export async function readUtterances(file: string): Promise<Int16Array[]> {
  return (await readSpeech(file, `--audio ${file}`)).utterances;
}

/** All of a recording at 16 kHz, and its utterances. Throws CliError (2) that begins with `name`. */
export async function readSpeech(file: string, name: string) {
  const { samples, sampleRate } = await readRecording(file, name);
  const speech = toCallerRate(name, samples, sampleRate);
  const utterances = findUtterances(speech, CALLER_RATE);
  if (utterances.length === 0) {
    throw usageError(`${name}: the file is silent; record the caller's words and try again.`);
  }
  return { speech, utterances };
}

async function readRecording(file: string, name: string): Promise<Recording> {
  try {
    const { size } = await stat(file);
    if (size > LARGEST_BYTES) throw usageError(`${name}: the file is larger than 350 MB; cut it.`);
    return readWav(await readFile(file));
  } catch (error) {
    if (error instanceof WavError) {
      throw usageError(`${name}: the file ${error.message}; give a WAV file with the caller's words.`);
    }
    const { code } = error as NodeJS.ErrnoException;
    if (code) throw usageError(`${name}: ${fileProblem[code] ?? `the file can't be read (${code}).`}`);
    throw error;
  }
}

const fileProblem: Record<string, string> = {
  ENOENT: 'there is no such file.',
  ENOTDIR: 'there is no such file.',
  EISDIR: 'this is a folder; name a WAV file.',
  EACCES: 'you may not read this file.',
};

function toCallerRate(name: string, samples: Int16Array, sampleRate: number): Int16Array {
  try {
    return resample(samples, sampleRate, CALLER_RATE);
  } catch (error) {
    if (error instanceof RangeError) throw usageError(`${name}: ${error.message}.`);
    throw error;
  }
}
