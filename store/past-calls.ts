import type { Turn } from '../call/transcript.ts';
import type { Database } from './database.ts';

/** A call as its rows hold it. Times are in ms since the Unix epoch. */
export interface StoredCall {
  domain: string;
  startedAt: number;
  /** Absent where the call's own row has not been written (yet). */
  endedAt?: number;
  reason?: string;
  turns: Turn[];
}

interface TurnRow extends Omit<Turn, 'times'> {
  domain: string;
  speech_started_at: Date;
  speech_ended_at: Date;
  final_at: Date;
  first_sentence_at: Date | null;
  first_audio_at: Date | null;
  voice_to_voice_ms: number | null;
}

/** Reads a call's rows; undefined where there are none. */
export async function readStoredCall(db: Database, session: string): Promise<StoredCall | undefined> {
  const calls = await db.query<{ domain: string; started_at: Date; ended_at: Date; reason: string }>(
    'select domain, started_at, ended_at, reason from calls where session = $1',
    [session],
  );
  const turns = await db.query<TurnRow>(
    `select turn, domain, caller, answer, heard, interrupted, source, adapter, engine, tools, speech_started_at,
      speech_ended_at, final_at, first_sentence_at, first_audio_at, voice_to_voice_ms
     from turns where session = $1 order by turn`,
    [session],
  );
  const [call] = calls.rows;
  const [first] = turns.rows;
  const domain = call?.domain ?? first?.domain;
  const startedAt = call?.started_at ?? first?.speech_started_at;
  if (domain === undefined || startedAt === undefined) return undefined;
  return {
    domain,
    startedAt: startedAt.getTime(),
    endedAt: call?.ended_at.getTime(),
    reason: call?.reason,
    turns: turns.rows.map(toTurn),
  };
}

function toTurn(row: TurnRow): Turn {
  const { domain: _, speech_started_at, speech_ended_at, final_at, ...rest } = row;
  const { first_sentence_at, first_audio_at, voice_to_voice_ms, ...turn } = rest;
  return {
    ...turn,
    times: {
      speechStartedAt: speech_started_at.getTime(),
      speechEndedAt: speech_ended_at.getTime(),
      finalAt: final_at.getTime(),
      firstSentenceAt: first_sentence_at?.getTime(),
      firstAudioAt: first_audio_at?.getTime(),
      voiceToVoiceMs: voice_to_voice_ms ?? undefined,
    },
  };
}
