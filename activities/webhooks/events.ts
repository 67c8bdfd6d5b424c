import { transferIn } from '../../call/effects.ts';
import { spokenFields, type WebhookEvent } from '../../call/webhook-event.ts';
import type { WebhookEndpoint, WebhookEventType } from '../../config/webhooks.ts';
import type { AnnounceInput, RecordCallInput, RecordTurnInput } from '../types.ts';

type Event = Omit<WebhookEvent, 'endpoints'>;

/** A place in the call after all turns. */
const LAST = Number.MAX_SAFE_INTEGER;
const idOf = (session: string, what: string) => `${session}.${what}`;

export const callStarted = ({ session, tenant, domain, origin, dial, at }: AnnounceInput): Event => ({
  id: idOf(session, 'started'),
  type: 'call.started',
  at,
  place: 0,
  after: 0,
  data: { session, ...(tenant && { tenant }), domain, origin, dial },
});

/** That a turn is done, and that the caller asked for a person in it. */
export function turnDone({ session, domain, turn }: RecordTurnInput): Event[] {
  const at = Math.round(turn.times.finalAt);
  const { turn: number, caller, answer, heard, interrupted, source, adapter, engine, tools, times } = turn;
  const transfer = transferIn(tools);
  const done: Event = {
    id: idOf(session, `turn-${number}`),
    type: 'turn.done',
    at,
    place: 2 * number,
    after: number,
    data: {
      session,
      domain,
      turn: number,
      caller,
      answer,
      heard,
      interrupted,
      source,
      adapter,
      engine,
      tools: tools.map(({ name }) => name),
      voiceToVoiceMs: times.voiceToVoiceMs,
    },
  };
  if (!transfer) return [done];
  const asked: Event = {
    id: idOf(session, `transfer-${number}`),
    type: 'call.transfer',
    at,
    place: 2 * number + 1,
    after: number + 1,
    data: { session, domain, turn: number, reason: transfer.reason },
  };
  return [done, asked];
}

export const callEnded = ({
  session,
  domain,
  reason,
  turns,
  startedAt,
  endedAt,
}: RecordCallInput): Event => ({
  id: idOf(session, 'ended'),
  type: 'call.ended',
  at: endedAt,
  place: LAST,
  after: turns + 1,
  data: { session, domain, endReason: reason, turns, durationMs: endedAt - startedAt },
});

/** Events with the endpoints that want them; without words where no endpoint asks for words. */
export function addressed(events: Event[], endpoints: readonly WebhookEndpoint[]): WebhookEvent[] {
  const wanting = (type: WebhookEventType) => endpoints.filter(({ events }) => events.includes(type));
  return events
    .map((event) => {
      const wanted = wanting(event.type);
      const data = wanted.some(({ transcript }) => transcript) ? event.data : withoutWords(event.data);
      return { ...event, data, endpoints: wanted.map(({ name }) => name) };
    })
    .filter(({ endpoints }) => endpoints.length > 0);
}

export const withoutWords = (data: WebhookEvent['data']): WebhookEvent['data'] =>
  Object.fromEntries(Object.entries(data).filter(([key]) => !spokenFields.includes(key as never)));
