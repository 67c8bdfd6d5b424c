import { z } from 'zod';
import { mediaFormatSchema } from './events.ts';

/**
 * Audio entries: a 16-bit big-endian length, that many bytes of JSON header, then the audio. One blob, so that
 * it goes over the wire once, whether it is kept in the stream or pushed to a reader.
 */

/** Caller audio, `orkestra:{session}:in`: as it came off the socket, 20–120 ms at a time, only around speech. */
export const inHeaderSchema = z.object({
  /** ms since the caller's first frame, of the first sample. */
  audioMs: z.number(),
  format: mediaFormatSchema,
});
export type InHeader = z.infer<typeof inHeaderSchema>;

/** Bot audio, `orkestra:{session}:out`: up to 1 s at a time, in the format of the caller's socket. */
export const outHeaderSchema = z.object({
  utterance: z.string(),
  /** Set for a reply: it may be played only once `turn.final` of this turn carries this revision. */
  turn: z.number().optional(),
  revision: z.number().optional(),
  attempt: z.number(),
  sentence: z.number(),
  /** The sentence's words, on its first chunk. */
  text: z.string().optional(),
  /** What the voice took until this audio, ms, on the first chunk of a reply. */
  engineMs: z.number().optional(),
  /** This chunk ends its sentence. */
  lastOfSentence: z.boolean(),
  /** This chunk (which may be empty) ends the utterance. */
  lastOfUtterance: z.boolean(),
  format: mediaFormatSchema,
});
export type OutHeader = z.infer<typeof outHeaderSchema>;

export interface AudioChunk<H> {
  header: H;
  audio: Buffer;
}

export function encodeChunk<H>(header: H, audio: Uint8Array): Buffer {
  const json = Buffer.from(JSON.stringify(header));
  const head = Buffer.allocUnsafe(2);
  head.writeUInt16BE(json.length);
  return Buffer.concat([head, json, audio]);
}

/** Throws a ZodError or SyntaxError where the blob is not such an entry. */
export function decodeChunk<H>(schema: z.ZodType<H>, blob: Buffer): AudioChunk<H> {
  const length = blob.length >= 2 ? blob.readUInt16BE(0) : 0;
  const header = schema.parse(JSON.parse(blob.toString('utf8', 2, 2 + length)));
  return { header, audio: blob.subarray(2 + length) };
}
