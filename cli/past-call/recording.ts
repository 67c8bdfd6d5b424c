import { existsSync } from 'node:fs';
import { access, constants, copyFile, mkdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { Config } from '../../config/schema.ts';
import { recordingPlaces } from '../../store/recordings.ts';
import { CliError } from '../error.ts';

/** A call's recording and captions, where they lie. */
export interface FoundRecording {
  audio: string;
  captions: string;
}

/** The recording of a call in the configured folder; undefined where there is none. */
export function findRecording({ folder }: Config['recordings'], session: string): FoundRecording | undefined {
  if (!folder) return undefined;
  const { audio, captions } = recordingPlaces(folder, session);
  return existsSync(audio) ? { audio, captions } : undefined;
}

/** Makes the folder that a recording is to be copied into. Throws CliError where it can't be written. */
export async function prepareOutput(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true });
    await access(folder, constants.W_OK);
  } catch (error) {
    throw unwritable(folder, error);
  }
}

/** Copies a recording and its captions; returns where they are now. Throws CliError. */
export async function copyRecording(found: FoundRecording, folder: string): Promise<FoundRecording> {
  const to = (file: string) => join(folder, basename(file));
  const copies = { audio: to(found.audio), captions: to(found.captions) };
  try {
    await copyFile(found.audio, copies.audio);
    await copyFile(found.captions, copies.captions);
  } catch (error) {
    throw unwritable(folder, error);
  }
  return copies;
}

const unwritable = (folder: string, error: unknown) =>
  new CliError(
    `--output: ${folder} can't be written: ${(error as NodeJS.ErrnoException).code ?? (error as Error).message}. Name a folder of your own.`,
  );
