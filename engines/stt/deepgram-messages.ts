import { z } from 'zod';

/** What Deepgram's streaming API sends, as far as it is looked at; other kinds of message are let pass. */
const resultsSchema = z.object({
  type: z.literal('Results'),
  /** Of the audio that these words are from, s from the start of the stream. */
  start: z.number(),
  duration: z.number(),
  /** These words will not change any more; those of the audio after them come in further results. */
  is_final: z.boolean(),
  /** The answer to `Finalize`. */
  from_finalize: z.boolean().optional(),
  channel: z.object({
    alternatives: z.array(z.object({ transcript: z.string(), confidence: z.number() })).min(1),
  }),
});

const errorSchema = z.object({
  type: z.literal('Error'),
  description: z.string().optional(),
  code: z.string().optional(),
});

export type DeepgramResults = z.infer<typeof resultsSchema>;
export type DeepgramError = z.infer<typeof errorSchema>;

const messageSchema = z.union([resultsSchema, errorSchema, z.object({ type: z.string() })]);

/** Reads a message; throws a SyntaxError or a ZodError where it is none. */
export function readDeepgramMessage(json: string): DeepgramResults | DeepgramError | undefined {
  const message = messageSchema.parse(JSON.parse(json));
  if (message.type === 'Results' && 'channel' in message) return message;
  return message.type === 'Error' ? (message as DeepgramError) : undefined;
}

/** To the server: no more than this is ever said, besides audio. */
export const FINALIZE = '{"type":"Finalize"}';
export const KEEP_ALIVE = '{"type":"KeepAlive"}';
export const CLOSE_STREAM = '{"type":"CloseStream"}';
