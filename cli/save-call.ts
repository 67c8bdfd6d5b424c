import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeStereoWav, writeWav } from '../audio/wav.ts';
import type { CallRecording } from './caller.ts';
import { CALLER_RATE } from './caller-recording.ts';

export interface SavedCall {
  /** What the bot said, as it was heard. */
  bot: string;
  /** Both sides in stereo: caller left, bot right. */
  conversation: string;
}

/** Where the audio of a call that was placed from here is saved. */
export const savedCallFolder = (session: string) => join('.orkestra', 'calls', session);

/** Saves a call's audio under `.orkestra/calls/<session>/` of the working folder. */
export async function saveCall(session: string, { caller, bot }: CallRecording): Promise<SavedCall> {
  const folder = savedCallFolder(session);
  await mkdir(folder, { recursive: true });
  const files = { bot: join(folder, 'bot.wav'), conversation: join(folder, 'conversation.wav') };
  await writeFile(files.bot, writeWav({ samples: bot, sampleRate: CALLER_RATE }));
  await writeFile(files.conversation, writeStereoWav(caller, bot, CALLER_RATE));
  return files;
}
