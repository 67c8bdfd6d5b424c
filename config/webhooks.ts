import { z } from 'zod';

/** What other systems are told of a call. */
export const webhookEventTypes = ['call.started', 'turn.done', 'call.transfer', 'call.ended'] as const;
export type WebhookEventType = (typeof webhookEventTypes)[number];

/** Where events are sent to. */
export const webhookEndpointSchema = z
  .object({
    name: z.string().regex(/^[a-z][a-z0-9-]{0,31}$/, 'a name is a lower-case word, like crm'),
    url: z.url().refine(isSafe, 'https is needed; http only to this machine itself'),
    /** Of the Standard Webhooks: `whsec_` and 24–64 random bytes in base64. */
    secret: z.string().regex(/^whsec_[A-Za-z0-9+/]{32,88}={0,2}$/, 'whsec_ and 24–64 random bytes in base64'),
    events: z
      .array(z.enum(webhookEventTypes))
      .min(1)
      .default([...webhookEventTypes]),
    /** Whether it gets what was said, too. */
    transcript: z.boolean().default(false),
  })
  .strict();
export type WebhookEndpoint = z.infer<typeof webhookEndpointSchema>;

/** All endpoints. Their names tell them apart. */
export const webhookEndpointsSchema = z
  .array(webhookEndpointSchema, 'a list of endpoints, as JSON')
  .max(10)
  .refine((all) => new Set(all.map(({ name }) => name)).size === all.length, 'two endpoints have one name')
  .default([]);

function isSafe(url: string): boolean {
  const { protocol, hostname } = new URL(url);
  return (
    protocol === 'https:' || (protocol === 'http:' && ['127.0.0.1', 'localhost', '[::1]'].includes(hostname))
  );
}
