import { afterEach, expect, test, vi } from 'vitest';
import { demoCustomers } from '../domains/banking/demo-customers.ts';
import { loadConfig } from '../config/load.ts';
import { openDatabase } from '../store/database.ts';
import { seedDemo } from './seed-demo.ts';

afterEach(() => {
  vi.unstubAllEnvs();
});

test('the embedded database gets the fictional customers, once', async () => {
  const config = loadConfig();
  vi.stubEnv('DATABASE_URL', undefined);
  await seedDemo(config.postgres.url);
  await seedDemo(config.postgres.url);
  const database = openDatabase(config.postgres, () => undefined);
  const { rows } = await database.query('select id, name, code_hash from customers order by id');
  await database.end();
  expect(rows).toHaveLength(demoCustomers.length);
  expect(rows[0]).toMatchObject({ id: '412239', name: 'Ada Quill' });
  // The code itself is nowhere.
  for (const { code_hash } of rows) expect(code_hash).toMatch(/^[0-9a-f]{64}$/);
});

test('a database that the environment names is left alone', async () => {
  vi.stubEnv('DATABASE_URL', 'postgres://bank.invalid/customers');
  await expect(seedDemo('postgres://127.0.0.1:1/nowhere')).resolves.toBeUndefined();
});
