import { emptyTally, type TurnFacts } from '../call/facts.ts';
import type { Turn, TurnTimes } from '../call/transcript.ts';
import { loadConfig } from '../config/load.ts';
import { callRow, type FinishedCall } from '../store/call-row.ts';
import type { Database } from '../store/database.ts';
import { type PriceTable, priceTableSchema } from '../store/prices.ts';
import { insertCall, insertTurn } from '../store/records.ts';
import { turnRow } from '../store/turn-row.ts';

export const prices: PriceTable = priceTableSchema.parse({
  currency: 'USD',
  stt: { ears: { minute: 0.6 } },
  llm: { mind: { input: 1, output: 2 } },
  tts: { mouth: { characters: 10 } },
  line: { twilio: { minute: 0.01 } },
});

/** A turn that began at `at`, ms since the Unix epoch, with what is given of it. */
export function someTurn(
  at: number,
  more: Partial<Omit<Turn, 'times'>> & { times?: Partial<TurnTimes> } = {},
): Turn {
  return {
    turn: 1,
    caller: 'What is my balance?',
    answer: 'It is $42.',
    heard: 'It is $42.',
    interrupted: false,
    source: 'model',
    adapter: 'default',
    engine: 'mind/large',
    tools: [],
    ...more,
    times: {
      speechStartedAt: at,
      speechEndedAt: at + 1_000,
      finalAt: at + 1_250,
      firstSentenceAt: at + 1_400,
      firstAudioAt: at + 1_500,
      voiceToVoiceMs: 500,
      ...more.times,
    },
  };
}

export const someFacts = (at: number, more: Partial<TurnFacts> = {}): TurnFacts => ({
  fallbacks: [],
  attempts: {},
  recogniser: 'ears',
  voice: 'mouth',
  inputTokens: 100,
  outputTokens: 10,
  characters: 20,
  audioMs: 1_200,
  playedMs: 2_000,
  noticedAt: at + 1_200,
  heardAt: at + 1_230,
  firstTokenMs: 40,
  firstVoiceMs: 60,
  ...more,
});

/** Writes rows as the analytics workers do. */
export const rowsOf = (db: Database, session: string, domain: string) => ({
  turn: (turn: Turn, facts: TurnFacts) =>
    insertTurn(db, turnRow(turn, facts, { session, domain, prices, fallback: 'I can’t help with that.' })),
  call: (startedAt: number, more: Partial<FinishedCall> = {}) => {
    const tally = { ...emptyTally(), answeredAt: startedAt + 1_000, callerMs: 1_000, botMs: 2_000 };
    const call = {
      session,
      domain,
      startedAt,
      endedAt: startedAt + 31_000,
      turns: 1,
      tally,
      origin: 'twilio',
    };
    return insertCall(
      db,
      callRow({ reason: 'the caller said goodbye', ...call, ...more }, prices, 'I can’t help with that.'),
    );
  },
});

export const databaseUrl = () => loadConfig().postgres.url;
