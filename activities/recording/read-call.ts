import { type FileHandle, open } from 'node:fs/promises';
import { decodeChunk, inHeaderSchema, type OutHeader, outHeaderSchema } from '../../stream/audio-chunk.ts';
import type { InHeader } from '../../stream/audio-chunk.ts';
import { type CallEvent, eventSchema, type Placed } from '../../stream/events.ts';
import { isAfter } from '../../stream/feed.ts';
import { listPieces, readPiece } from './pieces.ts';
import { type Timeline, timelineOf } from './timeline.ts';

/** Audio that lies in a piece. */
export interface Chunk<H> {
  id: string;
  header: H;
  piece: number;
  offset: number;
  length: number;
}

/** A call as its pieces hold it: what happened when, and where the audio lies. */
export interface KeptCall {
  timeline: Timeline;
  caller: Chunk<InHeader>[];
  bot: Chunk<OutHeader>[];
  load(chunk: Chunk<unknown>): Promise<Buffer>;
  close(): Promise<void>;
}

/** Reads a call's pieces, one at a time. Undefined where they tell of no caller. */
export async function readCall(folder: string): Promise<KeptCall | undefined> {
  const paths = await listPieces(folder);
  const events: Placed<CallEvent>[] = [];
  const caller: Chunk<InHeader>[] = [];
  const bot: Chunk<OutHeader>[] = [];
  const last = { events: '0', in: '0', out: '0' };
  for (const [piece, path] of paths.entries()) {
    for (const { stream, id, payload, offset } of await readPiece(path)) {
      // Pieces may overlap.
      if (!isAfter(id, last[stream])) continue;
      last[stream] = id;
      if (stream === 'events') {
        events.push({ ...eventSchema.parse(JSON.parse(payload.toString())), id });
        continue;
      }
      const placeOf = (audio: Buffer) => {
        return { id, piece, offset: offset + payload.length - audio.length, length: audio.length };
      };
      if (stream === 'in') {
        const { header, audio } = decodeChunk(inHeaderSchema, payload);
        caller.push({ header, ...placeOf(audio) });
      } else {
        const { header, audio } = decodeChunk(outHeaderSchema, payload);
        bot.push({ header, ...placeOf(audio) });
      }
    }
  }
  const timeline = timelineOf(events);
  if (!timeline) return undefined;
  const files: FileHandle[] = [];
  for (const path of paths) files.push(await open(path));
  return {
    timeline,
    caller,
    bot,
    async load({ piece, offset, length }) {
      const audio = Buffer.alloc(length);
      await files[piece]!.read(audio, 0, length, offset);
      return audio;
    },
    async close() {
      await Promise.all(files.map((file) => file.close()));
    },
  };
}
