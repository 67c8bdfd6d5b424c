import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { loadConfig } from '../../config/load.ts';
import { type Database, openDatabase } from '../../store/database.ts';
import { useApiKey } from '../../store/api-keys.ts';
import { orkestra } from '../testing/captured-run.ts';

describe('api-key', () => {
  let database: Database;
  beforeEach(() => {
    database = openDatabase(loadConfig().postgres, () => undefined);
  });
  afterEach(() => database.end());

  test('is shown once, kept as a hash, listed, used and revoked', async () => {
    const created = await orkestra(['api-key', 'create', 'till 4', '--scope', 'calls:read', '--days', '2']);
    const key = created.stdout.trim();
    expect(key).toMatch(/^ork_[\w-]{43}$/);
    const id = /^Key (\w+) may use calls:read\./.exec(created.stderr)![1]!;

    expect(await useApiKey(database, key)).toEqual({ id, name: 'till 4', scopes: ['calls:read'] });
    expect(
      await useApiKey(
        database,
        key.replace(/.$/, (last) => (last === 'A' ? 'B' : 'A')),
      ),
    ).toBeUndefined();

    const listed = await orkestra(['api-key', 'list']);
    expect(listed.stdout).toMatch(new RegExp(`^${id}  till 4  valid until \\S+  made \\S+  used `, 'm'));
    expect(listed.stdout).not.toContain(key);
    const { rows } = await database.query('select to_jsonb(api_keys) as row from api_keys');
    expect(JSON.stringify(rows)).not.toContain(key.slice(4));

    expect(await orkestra(['api-key', 'revoke', id])).toMatchObject({ stdout: `Key ${id} is revoked.\n` });
    expect(await orkestra(['api-key', 'revoke', id])).toMatchObject({ code: 0 });
    expect(await useApiKey(database, key)).toBeUndefined();
  });

  test('is refused once it has expired', async () => {
    const { stdout } = await orkestra(['api-key', 'create', 'old', '--days', '1', '--json']);
    const { id, key } = JSON.parse(stdout);
    await database.query(`update api_keys set expires_at = now() - interval '1 s' where id = $1`, [id]);
    expect(await useApiKey(database, key)).toBeUndefined();
    expect((await orkestra(['api-key', 'list'])).stdout).toMatch(new RegExp(`^${id}  old  expired `, 'm'));
  });

  test('that does not exist can’t be revoked', async () => {
    expect(await orkestra(['api-key', 'revoke', 'nobody'])).toEqual({
      code: 1,
      stdout: '',
      stderr: 'orkestra: There is no key "nobody": `orkestra api-key list` shows the ids of all keys.\n',
    });
  });
});
