import type { CallEvent, EventOf } from '../../stream/events.ts';
import type { PriceTable } from '../../store/prices.ts';
import { percentile } from '../statistics.ts';

/** A call as it was: its raw events, in order, and whose it was. */
export interface RawCall {
  session: string;
  customer: string;
  events: CallEvent[];
}

/** The last turns that have to be answered in a call that is resolved. */
const LAST_TURNS = 2;
const WEEK_MS = 7 * 86_400_000;

/**
 * What reports say, made anew from the events of the calls' streams and the definitions of docs/analytics.md, without
 * any of the code or the rows that reports are made from.
 */
export function recompute(calls: RawCall[], prices: PriceTable): Record<string, number> {
  const perCall = calls.map((call) => ({ call, turns: turnsOf(call.events), ...spanOf(call.events) }));
  const turns = perCall.flatMap((one) => one.turns);
  const waits = turns.flatMap(({ wait }) => wait ?? []);
  const sum = (of: (turn: RawTurn) => number) => turns.reduce((total, turn) => total + of(turn), 0);
  const mean = (of: (turn: RawTurn) => number) => sum(of) / turns.length;
  const resolved = perCall.filter((one) => {
    const again = perCall.some(
      (other) =>
        other.call.customer === one.call.customer &&
        other.connectedAt > one.connectedAt &&
        other.connectedAt <= one.endedAt + WEEK_MS,
    );
    const answered = one.turns.slice(-LAST_TURNS).every(({ done }) => done.source !== 'apology');
    return one.hungUp && answered && !again;
  });
  const tokens = { in: sum(({ done }) => done.inputTokens), out: sum(({ done }) => done.outputTokens) };
  const characters = sum((turn) => turn.characters);
  const audioMinutes = sum(({ final }) => final.audioMs!) / 60_000;
  const lineMinutes = perCall.reduce(
    (total, one) => total + Math.ceil((one.endedAt - one.answeredAt) / 60_000),
    0,
  );
  const [stt, llm, tts] = [prices.stt.scripted!, prices.llm.scripted!, prices.tts.scripted!];
  return {
    calls: calls.length,
    turns: turns.length,
    'mean handle time, s':
      perCall.reduce((total, one) => total + one.endedAt - one.answeredAt, 0) / perCall.length / 1_000,
    'first-call resolution': resolved.length / perCall.length,
    'voice to voice p50, ms': percentile(waits, 0.5),
    'voice to voice p90, ms': percentile(waits, 0.9),
    'voice to voice p95, ms': percentile(waits, 0.95),
    'voice to voice p99, ms': percentile(waits, 0.99),
    'mean until the silence is noticed, ms': mean(({ stopped }) => stopped.noticedAt - stopped.at),
    'mean from there to the final words, ms': mean(({ stopped, final }) => final.at - stopped.noticedAt),
    'mean from there to the first sound, ms': mean(({ final, started }) => started.at - final.at),
    'tokens in': tokens.in,
    'tokens out': tokens.out,
    'characters spoken': characters,
    'audio recognised, min': audioMinutes,
    cost:
      audioMinutes * stt.minute +
      (tokens.in * llm.input + tokens.out * llm.output) / 1_000 +
      (characters / 1_000) * tts.characters +
      lineMinutes * prices.line.twilio!.minute,
  };
}

function spanOf(events: CallEvent[]) {
  const first = <T extends CallEvent['type']>(type: T) =>
    events.find((event): event is EventOf<T> => event.type === type)!;
  return {
    connectedAt: first('caller.connected').at,
    answeredAt: first('playback.started').at,
    endedAt: first('call.ended').at,
    hungUp: events.some((event) => event.type === 'caller.disconnected' && event.reason === 'hangup'),
  };
}

interface RawTurn {
  stopped: EventOf<'speech.stopped'>;
  final: EventOf<'turn.final'>;
  done: EventOf<'reply.done'>;
  started: EventOf<'playback.started'>;
  characters: number;
  wait: number | undefined;
}

/** The turns of a call whose replies were heard. */
function turnsOf(events: CallEvent[]): RawTurn[] {
  const all = <T extends CallEvent['type']>(type: T) =>
    events.filter((event): event is EventOf<T> => event.type === type);
  return all('turn.final').flatMap((final) => {
    const { turn, revision } = final;
    const started = all('playback.started').find(({ utterance }) => utterance === `reply-${turn}`);
    const done = all('reply.done').find((event) => event.turn === turn && event.revision === revision);
    const stopped = all('speech.stopped').findLast(({ noticedAt }) => noticedAt <= final.at);
    if (!started || !done || !stopped) return [];
    const characters = all('reply.sentence')
      .filter((event) => event.turn === turn && event.revision === revision)
      .reduce((sum, { text }) => sum + text.length, 0);
    return [{ stopped, final, done, started, characters, wait: started.at - stopped.at }];
  });
}
