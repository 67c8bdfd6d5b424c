import pg from 'pg';
import { expect, test } from 'vitest';
import { PostgresDoor } from './postgres-door.ts';

test('statements through the door are answered and counted, simple ones and those with values', async () => {
  const door = new PostgresDoor();
  const connectionString = await door.openBefore(process.env.DATABASE_URL!);
  const client = new pg.Client({ connectionString });
  await client.connect();
  await client.query('select 1');
  expect(door.statements).toBe(1);
  const { rows } = await client.query('select $1::text as text', ['x'.repeat(100_000)]);
  expect(rows[0].text).toHaveLength(100_000);
  expect(door.statements).toBe(2);
  expect(door.bytes).toBeGreaterThan(200_000);
  await client.end();
  door.close();
});
