import type { MediaFormat } from '../../audio/format.ts';
import { Fence, workOf } from '../../stream/call-stream.ts';
import type { CallEvent, EventOf, Placed } from '../../stream/events.ts';

/** Times are in ms: `at` since the Unix epoch, others within the audio. */
export interface BotSpan {
  utterance: string;
  at: number;
  /** The part of the utterance's audio that was heard from `at` on. */
  fromMs: number;
  toMs: number;
}

/** A stretch of the caller's speech: audio entries from this place in the stream on were taken from `at` on. */
export interface CallerStretch {
  id: string;
  at: number;
  /** The position that its audio counts from. */
  audioMs: number;
}

export interface Caption {
  speaker: 'Caller' | 'Bot';
  from: number;
  to: number;
  text: string;
}

/** What was heard when, as a call's events tell it. */
export interface Timeline {
  startsAt: number;
  /** Of the caller's first connection. */
  format: MediaFormat;
  /** The caller knew from then on that the call is recorded: what they said before is not kept. */
  disclosedAt: number;
  bot: BotSpan[];
  caller: CallerStretch[];
  captions: Caption[];
  /** The hearing of each turn that was answered: audio of others was never played. */
  revisions: Map<number, number>;
}

/** Says that the call is recorded; it is kept as the proof of that. */
const DISCLOSURE = 'greeting';

/** How long typed words are shown, ms. */
const TYPED_MS = 2_000;

/** Reads a call's events, in their order. Undefined where no caller ever connected. */
export function timelineOf(events: readonly Placed<CallEvent>[]): Timeline | undefined {
  const connected = events.find((event) => event.type === 'caller.connected');
  if (!connected) return undefined;
  const startsAt = connected.at;
  const disclosure = events.find(
    (event) => event.type === 'playback.ended' && event.utterance === DISCLOSURE && !event.interrupted,
  );
  // The greeting comes first: where its end was lost, what is left came after it.
  const disclosedAt = disclosure?.at ?? startsAt;
  const finals = finalsOf(events);
  const bot = botSpans(events).filter(({ utterance, at }) => utterance === DISCLOSURE || at >= disclosedAt);
  return {
    startsAt,
    format: connected.format,
    disclosedAt,
    bot,
    caller: events.filter((event) => event.type === 'speech.started'),
    captions: [...callerCaptions(finals, disclosedAt), ...botCaptions(events, bot)].sort(
      (a, b) => a.from - b.from,
    ),
    revisions: new Map(finals.map(({ turn, revision }) => [turn, revision])),
  };
}

function finalsOf(events: readonly Placed<CallEvent>[]): EventOf<'turn.final'>[] {
  const fence = new Fence();
  const finals = new Map<number, EventOf<'turn.final'>>();
  for (const event of events) {
    if (event.type !== 'turn.final' || !fence.admits(workOf(event), event.attempt)) continue;
    finals.set(event.turn, event);
  }
  return [...finals.values()];
}

function botSpans(events: readonly Placed<CallEvent>[]): BotSpan[] {
  const spans: BotSpan[] = [];
  const playing = new Map<string, Omit<BotSpan, 'toMs'>>();
  const stop = (utterance: string, toMs: number) => {
    const span = playing.get(utterance);
    playing.delete(utterance);
    if (span && toMs > span.fromMs) spans.push({ ...span, toMs });
  };
  for (const event of events) {
    if (event.type === 'playback.started' || event.type === 'playback.resumed') {
      const { utterance, at } = event;
      playing.set(utterance, { utterance, at, fromMs: event.type === 'playback.resumed' ? event.fromMs : 0 });
    } else if (event.type === 'playback.paused' || event.type === 'playback.ended') {
      stop(event.utterance, event.playedMs);
    }
  }
  // What was cut off with its gateway, and nobody took up again, was heard until the last sign of life.
  const last = events.at(-1)!.at;
  for (const { utterance, at, fromMs } of playing.values()) stop(utterance, fromMs + last - at);
  return spans;
}

function callerCaptions(finals: EventOf<'turn.final'>[], disclosedAt: number): Caption[] {
  return finals
    .filter(({ text, speechStartedAt }) => text && speechStartedAt >= disclosedAt)
    .map(({ text, speechStartedAt: from, speechEndedAt }) => {
      return { speaker: 'Caller', from, to: speechEndedAt > from ? speechEndedAt : from + TYPED_MS, text };
    });
}

function botCaptions(events: readonly Placed<CallEvent>[], spans: BotSpan[]): Caption[] {
  return [...heardOf(events)].flatMap(([name, text]): Caption[] => {
    const own = spans.filter(({ utterance }) => utterance === name);
    const last = own.at(-1);
    if (!last || !text) return [];
    const to = last.at + last.toMs - last.fromMs;
    return [{ speaker: 'Bot', from: own[0]!.at, to, text }];
  });
}

/** What was heard of each utterance, by name: of one that was left to a connection that never came, up to there. */
function heardOf(events: readonly Placed<CallEvent>[]): Map<string, string> {
  const heard = new Map<string, string>();
  for (const event of events) {
    if (event.type === 'playback.ended') heard.set(event.utterance, event.heard);
    else if (event.type === 'playback.paused' && event.left) heard.set(event.utterance, event.left.heard);
  }
  return heard;
}
