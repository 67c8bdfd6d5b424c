import { z } from 'zod';
import { webhookEventTypes } from '../config/webhooks.ts';

/** An event on its way to other systems. */
export const webhookEventSchema = z
  .object({
    /** The same whenever the event is sent: who gets it twice knows it by its id. */
    id: z.string().min(1).max(128),
    type: z.enum(webhookEventTypes),
    /** ms since the Unix epoch. */
    at: z.number(),
    /** Its place in the call: events are sent in the order of these. */
    place: z.number().int().nonnegative(),
    /** How many events of the kinds that every call counts (its start, its turns) come before it. */
    after: z.number().int().nonnegative(),
    /** Names of the endpoints that want it. */
    endpoints: z.array(z.string().max(32)).max(10),
    data: z.record(z.string(), z.unknown()),
  })
  .strict();
export type WebhookEvent = z.infer<typeof webhookEventSchema>;

/** Words of the caller's and the bot's, which only endpoints get that ask for them. */
export const spokenFields = ['caller', 'answer', 'heard', 'reason'] as const;
