import type { WebhookEvent } from '../../call/webhook-event.ts';
import type { WebhookEndpoint } from '../../config/webhooks.ts';
import type { AnalyticsActivities, WebhookActivities } from '../types.ts';
import { addressed, callEnded, callStarted, turnDone } from './events.ts';

/** Hands events of a call to whoever sends them; handing them over again changes nothing. */
export type Tell = (session: string, events: WebhookEvent[]) => Promise<void>;

/**
 * The analytics activities, telling other systems what they write. The row comes first: who is told of a turn finds
 * it.
 */
export function announcedActivities(
  rows: AnalyticsActivities,
  endpoints: readonly WebhookEndpoint[],
  tell: Tell,
): AnalyticsActivities & Pick<WebhookActivities, 'announceCall'> {
  const send = async (session: string, events: Parameters<typeof addressed>[0]) => {
    const letters = addressed(events, endpoints);
    if (letters.length > 0) await tell(session, letters);
  };
  return {
    announceCall: (input) => send(input.session, [callStarted(input)]),
    async recordTurn(input) {
      await rows.recordTurn(input);
      await send(input.session, turnDone(input));
    },
    async recordCall(input) {
      const result = await rows.recordCall(input);
      await send(input.session, [callEnded(input)]);
      return result;
    },
  };
}
