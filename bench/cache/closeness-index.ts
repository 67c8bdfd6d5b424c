import type { Database } from '../../store/database.ts';

/** Builds the index over the stored answers anew, which may take longer than a statement is given otherwise. */
export async function buildClosenessIndex(database: Database): Promise<void> {
  const client = await database.connect();
  try {
    await client.query("set statement_timeout = 0; set maintenance_work_mem = '512MB'");
    await client.query(
      'create index answers_by_closeness on answers using hnsw (embedding vector_cosine_ops)',
    );
    await client.query('analyze answers');
  } finally {
    client.release(true);
  }
}
