import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeWav } from '../audio/wav.ts';
import type { CallRecording } from './caller.ts';
import { CALLER_RATE } from './caller-recording.ts';

export interface SavedCall {
  /** What the bot said, as it was heard. */
  bot: string;
  /** Both sides in stereo: caller left, bot right. */
  conversation: string;
}

/** Saves a call's audio under `.orkestra/calls/<session>/` of the working folder. */
export async function saveCall(session: string, { caller, bot }: CallRecording): Promise<SavedCall> {
  const folder = join('.orkestra', 'calls', session);
  await mkdir(folder, { recursive: true });
  const files = { bot: join(folder, 'bot.wav'), conversation: join(folder, 'conversation.wav') };
  await writeFile(files.bot, writeWav({ samples: bot, sampleRate: CALLER_RATE }));
  await writeFile(files.conversation, stereo(caller, bot));
  return files;
}

function stereo(left: Int16Array, right: Int16Array): Buffer {
  const samples = new Int16Array(left.length * 2);
  for (let i = 0; i < left.length; i++) {
    samples[2 * i] = left[i]!;
    samples[2 * i + 1] = right[i]!;
  }
  const file = writeWav({ samples, sampleRate: CALLER_RATE });
  // The same bytes, declared as two channels: their number, bytes a second, bytes a frame.
  file.writeUInt16LE(2, 22);
  file.writeUInt32LE(CALLER_RATE * 4, 28);
  file.writeUInt16LE(4, 32);
  return file;
}
