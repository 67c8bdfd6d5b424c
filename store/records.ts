import type { Turn } from '../call/transcript.ts';
import type { Database } from './database.ts';

/** A finished call, as its row holds it. Times are ms since the Unix epoch. */
export interface CallRow {
  session: string;
  domain: string;
  startedAt: number;
  endedAt: number;
  reason: string;
  turns: number;
}

const time = (ms: number | undefined) => (ms === undefined ? null : new Date(ms));

/** Writes a turn's row once; writing it again changes nothing. */
export async function insertTurn(db: Database, session: string, domain: string, turn: Turn): Promise<void> {
  const { times } = turn;
  await db.query(
    `insert into turns values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)
     on conflict (session, turn) do nothing`,
    [
      session,
      turn.turn,
      domain,
      turn.caller,
      turn.answer,
      turn.heard,
      turn.interrupted,
      turn.source,
      turn.adapter,
      turn.engine,
      JSON.stringify(turn.tools),
      time(times.speechStartedAt),
      time(times.speechEndedAt),
      time(times.finalAt),
      time(times.firstSentenceAt),
      time(times.firstAudioAt),
      times.voiceToVoiceMs ?? null,
    ],
  );
}

/** Writes a call's row once; writing it again changes nothing. */
export async function insertCall(db: Database, call: CallRow): Promise<void> {
  await db.query('insert into calls values ($1, $2, $3, $4, $5, $6) on conflict (session) do nothing', [
    call.session,
    call.domain,
    time(call.startedAt),
    time(call.endedAt),
    call.reason,
    call.turns,
  ]);
}
