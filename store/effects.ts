import type { Database } from './database.ts';

/** Names one use of a tool. */
export interface EffectUse {
  key: string;
  session: string;
  tool: string;
}

type Query = <Row>(sql: string, values?: unknown[]) => Promise<Row[]>;

/**
 * Runs `act` once for a key and returns what it returned, then and for ever after. The note of it and what `act`
 * changes by `query` are committed together: a process that dies before leaves nothing, one that dies after has
 * done it. Two at once take turns. Rejects, with nothing changed, where `act` does.
 */
export async function once<T>(db: Database, use: EffectUse, act: (query: Query) => Promise<T>): Promise<T> {
  const client = await db.connect();
  try {
    await client.query('begin');
    const { rowCount } = await client.query(
      'insert into effects (key, session, tool) values ($1, $2, $3) on conflict (key) do nothing',
      [use.key, use.session, use.tool],
    );
    const result = rowCount === 0 ? await readResult<T>() : await actAndNote();
    await client.query('commit');
    return result;
  } catch (error) {
    await client.query('rollback').catch(() => undefined);
    throw error;
  } finally {
    client.release();
  }

  async function readResult<R>(): Promise<R> {
    const { rows } = await client.query<{ result: R }>('select result from effects where key = $1', [
      use.key,
    ]);
    return rows[0]!.result;
  }

  async function actAndNote(): Promise<T> {
    const result = await act(async <Row>(sql: string, values: unknown[] = []) => {
      const { rows } = await client.query(sql, values);
      return rows as Row[];
    });
    await client.query('update effects set result = $2 where key = $1', [use.key, JSON.stringify(result)]);
    return result;
  }
}
