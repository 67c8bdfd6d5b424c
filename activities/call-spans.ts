import type { CallSpan } from '../call/call-span.ts';
import { outcomeOf } from '../call/outcome.ts';
import type { RecordCallInput, RecordTurnInput } from './types.ts';

/**
 * The spans of a turn and of a call, made from what their rows hold: an activity that is retried until it is done makes
 * them, so that no crash leaves a trace without its root.
 */
export function turnSpan({ session, domain, turn: { turn, times, ...facts } }: RecordTurnInput): CallSpan {
  const { speechStartedAt, speechEndedAt, finalAt, firstSentenceAt, firstAudioAt, endedAt } = times;
  const moments = { 'end of speech': speechEndedAt, 'final transcript': finalAt };
  const replies = { 'first sentence': firstSentenceAt || undefined, 'first audio': firstAudioAt };
  const events = Object.entries({ ...moments, ...replies }).flatMap(([name, at]) =>
    at === undefined ? [] : [{ name, at }],
  );
  return {
    session,
    name: 'turn',
    is: 'turn',
    turn,
    startedAt: speechStartedAt,
    endedAt: endedAt ?? Math.max(...events.map(({ at }) => at)),
    attributes: {
      domain,
      adapter: facts.adapter,
      engine: facts.engine,
      source: facts.source,
      interrupted: facts.interrupted,
      tools: facts.tools.map(({ name }) => name).join(' ') || undefined,
      voice_to_voice_ms: times.voiceToVoiceMs,
    },
    events,
  };
}

export function callSpan(call: RecordCallInput): CallSpan {
  const { session, domain, startedAt, endedAt, reason, turns, origin } = call;
  const attributes = { domain, origin, turns, outcome: outcomeOf(reason, turns) };
  return { session, name: 'call', is: 'call', startedAt, endedAt, attributes };
}
