import { z } from 'zod';

/** Twilio's name for one telephone call. */
export const callSidSchema = z.string().regex(/^CA[0-9a-fA-F]{32}$/, 'CA and 32 hexadecimal digits');

/** How far a telephone call has come; the last five are its end. */
export const lineStatusSchema = z.enum([
  'queued',
  'initiated',
  'ringing',
  'in-progress',
  'completed',
  'busy',
  'no-answer',
  'failed',
  'canceled',
]);
export type LineStatus = z.infer<typeof lineStatusSchema>;

/** Who took a call that was placed, as far as answering machine detection can tell. */
export const answeredBySchema = z.enum([
  'human',
  'machine_start',
  'machine_end_beep',
  'machine_end_silence',
  'machine_end_other',
  'fax',
  'unknown',
]);
export type AnsweredBy = z.infer<typeof answeredBySchema>;

/** News of a call's telephone line. */
export const lineReportSchema = z
  .object({
    callSid: callSidSchema,
    status: lineStatusSchema.optional(),
    answeredBy: answeredBySchema.optional(),
  })
  .strict();
export type LineReport = z.infer<typeof lineReportSchema>;

const finals: readonly LineStatus[] = ['completed', 'busy', 'no-answer', 'failed', 'canceled'];

/** Whether a telephone call is over for good. */
export const isFinal = (status: LineStatus | undefined) => status !== undefined && finals.includes(status);
