import type { Database } from './database.ts';

/** A turn that a stored answer answered. `at` is ms since the Unix epoch. */
export interface CacheHit {
  at: number;
  session: string;
  turn: number;
  domain: string;
  adapter: string;
  question: string;
  answer: string;
  similarity?: number;
  voiceToVoiceMs?: number;
}

/** The newest cache hits since then, oldest first. */
export async function readCacheHits(db: Database, since: Date, limit: number): Promise<CacheHit[]> {
  const { rows } = await db.query(
    `select final_at, session, turn, domain, adapter, caller, answer, similarity, voice_to_voice_ms from turns
     where speech_started_at >= $1 and source = 'cache' order by speech_started_at desc limit $2`,
    [since, limit],
  );
  return rows.toReversed().map(({ final_at, caller, similarity, voice_to_voice_ms, ...row }) => ({
    ...row,
    at: (final_at as Date).getTime(),
    question: caller as string,
    similarity: (similarity as number | null) ?? undefined,
    voiceToVoiceMs: (voice_to_voice_ms as number | null) ?? undefined,
  }));
}

/** How many turns there were since then, and how many of them a stored answer answered. */
export async function countCacheHits(db: Database, since: Date): Promise<{ turns: number; hits: number }> {
  const { rows } = await db.query<{ turns: number; hits: number }>(
    `select count(*)::int as turns, (count(*) filter (where source = 'cache'))::int as hits from turns
     where speech_started_at >= $1`,
    [since],
  );
  return rows[0]!;
}

/** A turn or a call that did not go as it should. */
export interface Trouble {
  at: number;
  session: string;
  /** Absent where the whole call is meant. */
  turn?: number;
  what: string;
}

/** The newest turns since then that nobody could answer, or that an engine answered that was not the first choice. */
export async function readTroubledTurns(db: Database, since: Date, limit: number): Promise<Trouble[]> {
  const { rows } = await db.query<{
    final_at: Date;
    session: string;
    turn: number;
    outcome: string;
    engine: string;
    fallbacks: string[];
  }>(
    `select final_at, session, turn, outcome, engine, fallbacks from turns
     where speech_started_at >= $1 and (outcome in ('apology', 'failed') or cardinality(fallbacks) > 0)
     order by speech_started_at desc limit $2`,
    [since, limit],
  );
  return rows.map(({ final_at, session, turn, outcome, fallbacks }) => {
    const whats = [
      outcome === 'apology' && 'the model failed: the caller heard an apology',
      outcome === 'failed' && 'no stage could answer: the caller heard an apology',
      fallbacks.length > 0 && `another engine took over: ${fallbacks.join(', ')}`,
    ];
    return { at: final_at.getTime(), session, turn, what: whats.filter(Boolean).join('; ') };
  });
}

/** The newest calls since then that came to a bad end. */
export async function readTroubledCalls(db: Database, since: Date, limit: number): Promise<Trouble[]> {
  const { rows } = await db.query<{ ended_at: Date; session: string; reason: string }>(
    `select ended_at, session, reason from calls
     where ended_at >= $1 and outcome in ('failed', 'dropped', 'too-long') order by ended_at desc limit $2`,
    [since, limit],
  );
  return rows.map(({ ended_at, session, reason }) => {
    return { at: ended_at.getTime(), session, what: `the call ended: ${reason}` };
  });
}
