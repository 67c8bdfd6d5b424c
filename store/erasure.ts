import type { Database } from './database.ts';

/** Sessions whose rows are erased in one transaction. */
const AT_ONCE = 200;

/** Whose rows: one of these. */
export type ErasedPerson = { customer: string } | { phone: string } | { session: string };

export interface ErasedRows {
  turns: number;
  /** Notes of tools that were used, with what they told. */
  effects: number;
  /** Stored answers to questions that were asked in these calls, word for word. */
  answers: number;
  calls: number;
}

/** The calls of a person that have ended, as far as there are rows of them. */
export async function sessionsOf(db: Database, person: ErasedPerson): Promise<string[]> {
  if ('session' in person) return [person.session];
  const [column, value] = Object.entries(person)[0]!;
  const { rows } = await db.query<{ session: string }>(
    `select session from calls where ${column} = $1 order by started_at`,
    [value],
  );
  return rows.map(({ session }) => session);
}

/** Answers do not say which call they came from; those to the same words in the same domain may be this call's. */
const answersOf = `answers a using turns t
  where t.session = any($1) and a.domain = t.domain and lower(a.question) = lower(t.caller)`;

/**
 * Erases the rows of calls; what they added to the hourly figures, which name nobody, stays. The rows of `calls`, by
 * which a person's calls are found, go last: what was broken off can be done again.
 */
export async function eraseRows(db: Database, sessions: string[]): Promise<ErasedRows> {
  const erased: ErasedRows = { turns: 0, effects: 0, answers: 0, calls: 0 };
  for (let first = 0; first < sessions.length; first += AT_ONCE) {
    const some = sessions.slice(first, first + AT_ONCE);
    const count = async (sql: string) => (await db.query(sql, [some])).rowCount ?? 0;
    erased.answers += await count(`delete from ${answersOf}`);
    erased.effects += await count('delete from effects where session = any($1)');
    await count('delete from turns_to_add where session = any($1)');
    erased.turns += await count('delete from turns where session = any($1)');
    erased.calls += await count('delete from calls where session = any($1)');
  }
  return erased;
}

/** What `eraseRows` would erase. */
export async function countRows(db: Database, sessions: string[]): Promise<ErasedRows> {
  const count = async (from: string, what = '*') => {
    const { rows } = await db.query<{ n: number }>(`select count(${what})::int as n from ${from}`, [
      sessions,
    ]);
    return rows[0]!.n;
  };
  return {
    turns: await count('turns where session = any($1)'),
    effects: await count('effects where session = any($1)'),
    answers: await count(answersOf.replace(' using ', ', '), 'distinct a.id'),
    calls: await count('calls where session = any($1)'),
  };
}
