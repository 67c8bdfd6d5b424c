import { wordsOf } from './answers.ts';
import { type FileAnswer, vectorOf } from './answer-file.ts';
import type { Database } from './database.ts';

/** Answers that go in by one statement. */
const PAGE = 200;

/** Puts answers in, all or none; those whose words are there already, and those that have expired, are left out. */
export async function importAnswers(
  db: Database,
  answers: AsyncIterable<FileAnswer>,
  model: string,
): Promise<{ imported: number; skipped: number }> {
  const client = await db.connect();
  let [imported, seen] = [0, 0];
  const put = async (batch: FileAnswer[]) => {
    const rows = batch.map((answer) => ({
      ...answer,
      words: wordsOf(answer.question),
      vector: `[${vectorOf(answer).join(',')}]`,
    }));
    const { rowCount } = await client.query(
      `insert into answers (tenant, domain, language, adapter, prompt_version, model, question, words, answer,
         embedding, uses, created_at, used_at, expires_at)
       select tenant, domain, language, adapter, "promptVersion", $2, question, words, answer, vector::vector, uses,
         "createdAt", "usedAt", "expiresAt"
       from jsonb_to_recordset($1::jsonb) as x(tenant text, domain text, language text, adapter text,
         "promptVersion" text, question text, words text, answer text, vector text, uses integer,
         "createdAt" timestamptz, "usedAt" timestamptz, "expiresAt" timestamptz)
       where "expiresAt" > now()
       on conflict (tenant, domain, language, adapter, prompt_version, model, words) do nothing`,
      [JSON.stringify(rows), model],
    );
    imported += rowCount ?? 0;
    seen += batch.length;
  };
  try {
    await client.query('begin');
    let batch: FileAnswer[] = [];
    for await (const answer of answers) {
      batch.push(answer);
      if (batch.length === PAGE) await put(batch.splice(0));
    }
    await put(batch);
    await client.query('commit');
    return { imported, skipped: seen - imported };
  } catch (error) {
    await client.query('rollback').catch(() => undefined);
    throw error;
  } finally {
    client.release();
  }
}
