import { rm } from 'node:fs/promises';
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
