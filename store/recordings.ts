import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** Where the recording of a call is, in the folder of recordings. */
export interface RecordingPlaces {
  /** A WAV file: caller left, bot right. */
  audio: string;
  /** The same call's words, as WebVTT. */
  captions: string;
  /** What is kept of a call that goes on: a folder of pieces. */
  pieces: string;
}

/** The folder of the pieces of all calls that go on. */
export const piecesFolder = (folder: string) => join(folder, '.calls');

export const recordingPlaces = (folder: string, session: string): RecordingPlaces => ({
  audio: join(folder, `${session}.wav`),
  captions: join(folder, `${session}.vtt`),
  pieces: join(piecesFolder(folder), session),
});

/** Removes all that is kept of a call's audio and captions; removing what is not there changes nothing. */
export async function removeRecording(folder: string, session: string): Promise<void> {
  const { audio, captions, pieces } = recordingPlaces(folder, session);
  await Promise.all([audio, captions, pieces].map((path) => rm(path, { recursive: true, force: true })));
}

/** Files of a folder of recordings that were last written before a time. A folder that is not there has none. */
export async function recordingsBefore(folder: string, before: Date): Promise<string[]> {
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  const files = names.filter((name) => /\.(wav|vtt)$/.test(name)).map((name) => join(folder, name));
  const times = await Promise.all(files.map((file) => stat(file).then(({ mtime }) => mtime)));
  return files.filter((_, i) => times[i]! < before);
}

/** Removes recordings that were last written before a time; returns how many files. */
export async function removeRecordingsBefore(folder: string, before: Date): Promise<number> {
  const files = await recordingsBefore(folder, before);
  for (const file of files) await rm(file, { force: true });
  return files.length;
}
