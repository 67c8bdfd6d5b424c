import { ApplicationFailure } from '@temporalio/activity';
import { Webhook } from 'standardwebhooks';
import { version } from '../../config/package.ts';
import type { WebhookEndpoint } from '../../config/webhooks.ts';
import type { DeliverInput, WebhookActivities } from '../types.ts';
import { withoutWords } from './events.ts';

/** An endpoint has this long to say that it has an event, ms. */
const TIMEOUT_MS = 10_000;
const GONE = 410;

/**
 * Sends one event as the Standard Webhooks say (https://www.standardwebhooks.com): signed, with an id that stays the
 * same. What the endpoint answers beside its status is not read, and redirects are not followed: they would lead
 * where nobody has configured.
 */
export const deliverActivity = (
  endpoints: readonly WebhookEndpoint[],
): Pick<WebhookActivities, 'deliver'> => ({
  async deliver({ endpoint: name, event }: DeliverInput) {
    const endpoint = endpoints.find((endpoint) => endpoint.name === name);
    if (!endpoint) throw never(`no endpoint is called ${name} any more`);
    const { id, type, at } = event;
    const data = endpoint.transcript ? event.data : withoutWords(event.data);
    const body = JSON.stringify({ type, timestamp: new Date(at).toISOString(), data });
    const now = new Date();
    const response = await fetch(endpoint.url, {
      method: 'POST',
      redirect: 'manual',
      signal: AbortSignal.timeout(TIMEOUT_MS),
      headers: {
        'content-type': 'application/json',
        'user-agent': `Orkestra/${version}`,
        'webhook-id': id,
        'webhook-timestamp': `${Math.floor(now.getTime() / 1_000)}`,
        'webhook-signature': new Webhook(endpoint.secret).sign(id, now, body),
      },
      body,
    }).catch((error: unknown) => {
      throw again(`${name} can’t be reached: ${reasonOf(error)}`);
    });
    await response.body?.cancel();
    if (response.status === GONE) throw never(`${name} wants no more events (410)`);
    if (!response.ok) throw again(`${name} answered ${response.status}`);
  },
});

const again = (message: string) => ApplicationFailure.retryable(message, 'NotDelivered');
const never = (message: string) => ApplicationFailure.nonRetryable(message, 'NotDelivered');

/** Without the address, which may hold what is secret. */
function reasonOf(error: unknown): string {
  if ((error as Error).name === 'TimeoutError') return `no answer within ${TIMEOUT_MS / 1_000} s`;
  const { cause } = error as { cause?: NodeJS.ErrnoException };
  return cause?.code ?? (error as Error).name;
}
