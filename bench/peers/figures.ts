import { type Talk } from '../meter/loads.ts';
import type { MeterLateness } from '../meter/plan.ts';
import { totalOf } from '../meter/process-cost.ts';
import { percentile } from '../statistics.ts';
import { loadUtterances } from '../utterances.ts';
import type { Contender } from './contender.ts';
import { stopDelayMs } from './delays.ts';

/** What the scripted models of both take for their first sentence: five gaps of 5 ms. */
const MODEL_MS = 25;
/** A caller who waits longer than this at p95, ms, is not being talked to any more, nor one whose turns go unanswered. */
const COLLAPSED_MS = 1_000;
const COLLAPSED_UNANSWERED = 0.02;

/** What was seen of one contender with so many calls at once; of several rounds, all together. */
export interface Figures {
  name: Contender['name'];
  calls: number;
  /** From the caller's last frame of speech to the first audio of the reply, ms, of each turn. */
  voiceToAudio: number[];
  /** The same without what voice detection alone takes on that recording, and without the model. */
  ownShare: number[];
  bargeInStop: number[];
  greeting: number[];
  notCut: number;
  unanswered: number;
  early: number;
  lost: number;
  cpuSeconds: number;
  callSeconds: number;
  /** Cores in use, of each round. */
  cores: number[];
  /** MB added by each call, of each round. */
  memoryMb: number[];
  meter: MeterLateness[];
}

/** `idleMb` is the contender's memory before its first call. */
export function figuresOf(contender: Contender, seen: Talk, idleMb: number): Figures {
  const count = seen.calls.length;
  const { cpuSeconds, memoryMb } = totalOf(seen.costs);
  const recordings = loadUtterances().length;
  const turns = seen.calls.flatMap((call, caller) =>
    call.turns.map((turn) => ({ ...turn, recording: (caller + turn.utterance) % recordings })),
  );
  const sum = (of: (call: Talk['calls'][number]) => number) =>
    seen.calls.reduce((total, call) => total + of(call), 0);
  return {
    name: contender.name,
    calls: count,
    voiceToAudio: turns.map(({ firstMediaAt, lastSpeechSentAt }) => firstMediaAt - lastSpeechSentAt),
    ownShare: turns.map(
      ({ firstMediaAt, lastSpeechSentAt, recording, framesBefore }) =>
        firstMediaAt - lastSpeechSentAt - stopDelayMs(contender.delays, recording, framesBefore) - MODEL_MS,
    ),
    bargeInStop: seen.calls.flatMap(({ bargeInStopMs }) => bargeInStopMs),
    greeting: seen.calls.flatMap(({ greetingMs }) => greetingMs ?? []),
    notCut: sum(({ notCut }) => notCut),
    unanswered: sum(({ unanswered }) => unanswered),
    early: sum(({ early }) => early),
    lost: sum(({ lost }) => (lost ? 1 : 0)),
    cpuSeconds,
    callSeconds: seen.callSeconds,
    cores: [cpuSeconds / seen.costs.seconds],
    memoryMb: [(memoryMb - idleMb) / count],
    meter: [seen.meter],
  };
}

/** Two rounds as one. */
export function together(a: Figures, b: Figures): Figures {
  const sums = ['notCut', 'unanswered', 'early', 'lost', 'cpuSeconds', 'callSeconds'] as const;
  const lists = ['voiceToAudio', 'ownShare', 'bargeInStop', 'greeting', 'cores', 'memoryMb'] as const;
  return {
    ...a,
    ...Object.fromEntries(sums.map((key) => [key, a[key] + b[key]])),
    ...Object.fromEntries(lists.map((key) => [key, [...a[key], ...b[key]]])),
    meter: [...a.meter, ...b.meter],
  };
}

export const coresACall = ({ cpuSeconds, callSeconds }: Figures) => cpuSeconds / callSeconds;

export const hasCollapsed = ({ lost, unanswered, voiceToAudio }: Figures) =>
  lost > 0 ||
  unanswered > COLLAPSED_UNANSWERED * (unanswered + voiceToAudio.length) ||
  !(percentile(voiceToAudio, 0.95) <= COLLAPSED_MS);
