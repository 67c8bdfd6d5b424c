import type { callRow } from './call-row.ts';
import type { Database } from './database.ts';
import type { turnRow } from './turn-row.ts';

type Row = Record<string, unknown>;

/** The columns of a row and their places in a statement, `a, b` and `$1, $2`. */
function columnsOf(row: Row) {
  const names = Object.keys(row);
  return { names: names.join(', '), places: names.map((_, i) => `$${i + 1}`).join(', ') };
}

/** Writes a turn's row once, with the note that the hourly figures lack it; writing it again changes nothing. */
export async function insertTurn(db: Database, row: ReturnType<typeof turnRow>): Promise<void> {
  const { names, places } = columnsOf(row);
  await db.query(
    `with written as (
       insert into turns (${names}) values (${places}) on conflict (session, turn) do nothing returning session, turn
     )
     insert into turns_to_add select session, turn from written`,
    Object.values(row),
  );
}

/**
 * Writes a call's row once; writing it again changes nothing. The calls of the same customer, or phone, about the
 * same domain are told when they were followed by another: rows come in any order.
 */
export async function insertCall(db: Database, row: ReturnType<typeof callRow>): Promise<void> {
  const { names, places } = columnsOf(row);
  await db.query(
    `insert into calls (${names}) values (${places}) on conflict (session) do nothing`,
    Object.values(row),
  );
  for (const who of ['customer', 'phone'] as const) {
    if (row[who]) await noteFollowing(db, who, row);
  }
}

/** Tells this call, and the one before it. `least`: the customer's and the phone's next call may be two. */
async function noteFollowing(
  db: Database,
  who: 'customer' | 'phone',
  { session, domain, started_at, [who]: name }: ReturnType<typeof callRow>,
): Promise<void> {
  await db.query(
    `update calls c set followed_at = least(c.followed_at, (
       select min(n.started_at) from calls n
       where n.${who} = c.${who} and n.domain = c.domain and n.started_at > c.started_at
     ))
     where c.${who} = $1 and c.domain = $2 and (c.session = $3 or c.session = (
       select p.session from calls p
       where p.${who} = $1 and p.domain = $2 and p.started_at < $4 order by p.started_at desc limit 1
     ))`,
    [name, domain, session, started_at],
  );
}
