import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, test, vi } from 'vitest';
import { openRedis } from '../cli/connect-redis.ts';
import { withPostgres } from '../cli/connect-postgres.ts';
import { commandNames } from '../cli/run.ts';
import { orkestra } from '../cli/testing/captured-run.ts';
import { environmentVariables, loadConfig } from '../config/load.ts';

const SECRET = 'S3cretThatNobodyMayRead';
const folder = mkdtempSync(join(tmpdir(), 'orkestra-secrets-'));
afterAll(() => rmSync(folder, { recursive: true }));
afterEach(() => vi.unstubAllEnvs());

/** Variables that hold a secret, with a value that is fit for them. */
const secrets: Record<string, string> = {
  REDIS_URL: `redis://user:${SECRET}@127.0.0.1:1`,
  REDIS_KEY: SECRET,
  DATABASE_URL: `postgres://user:${SECRET}@127.0.0.1:1/none`,
  ORKESTRA_SESSION_KEYS: `one:${Buffer.alloc(32, SECRET).toString('base64')}`,
  ORKESTRA_PAYLOAD_KEYS: `one:${Buffer.alloc(32, SECRET).toString('base64')}`,
  ORKESTRA_WEBHOOKS: JSON.stringify([
    { name: 'a', url: 'https://a.example', secret: `whsec_${Buffer.alloc(32, SECRET).toString('base64')}` },
  ]),
  TWILIO_AUTH_TOKEN: SECRET,
  DEEPGRAM_API_KEY: SECRET,
  OPENAI_API_KEY: SECRET,
};
const forms = [SECRET, Buffer.from(SECRET).toString('base64').slice(0, 24)];
const holdsSecret = (text: string) => forms.some((form) => text.includes(form));

test('every variable whose name says so is among the secrets here', () => {
  const named = environmentVariables()
    .map(({ variable }) => variable)
    .filter((variable) => /KEY|TOKEN|SECRET|PASSWORD|_URL$|WEBHOOKS/.test(variable));
  const harmless = ['DEEPGRAM_BASE_URL', 'OPENAI_BASE_URL', 'ORKESTRA_PUBLIC_URL', 'TWILIO_API_URL'];
  expect(named.filter((name) => !harmless.includes(name)).sort()).toEqual(Object.keys(secrets).sort());
});

describe('a secret', () => {
  test('comes from a file as well as from a variable', () => {
    const env = Object.fromEntries(
      Object.entries(secrets).map(([name, value]) => {
        const file = join(folder, name);
        writeFileSync(file, `${value}\n`);
        return [`${name}_FILE`, file];
      }),
    );
    expect(loadConfig(env, folder)).toEqual(loadConfig(secrets, folder));
  });

  test.each(Object.keys(secrets))('that makes no sense in %s is not repeated', (name) => {
    for (const value of [
      `${SECRET} ${SECRET}`,
      `${SECRET}:${SECRET}`,
      `[{"name":"${SECRET}","url":"${SECRET}"}]`,
    ]) {
      const words = complaint(() => loadConfig({ [name]: value }, folder));
      expect(holdsSecret(words), words).toBe(false);
    }
  });

  test('is in no error of a server that does not answer', async () => {
    const { redis, postgres } = loadConfig(secrets, folder);
    const failed = async (act: Promise<unknown>) => (await act.catch((error: Error) => error)) as Error;
    const errors = await Promise.all([
      failed(openRedis(redis)),
      failed(withPostgres(postgres, async () => 1)),
    ]);
    for (const { message } of errors) {
      expect(message).toContain('127.0.0.1:1');
      expect(holdsSecret(message), message).toBe(false);
    }
  });

  test('is in no help', async () => {
    for (const [name, value] of Object.entries(secrets)) vi.stubEnv(name, value);
    for (const name of commandNames) {
      const { stdout, stderr } = await orkestra([...name.split(' '), '--help']);
      expect(stdout).toContain(name);
      expect(holdsSecret(stdout + stderr), name).toBe(false);
    }
  });

  test('is given in no argument: no option of any command asks for one', async () => {
    for (const name of commandNames) {
      const { stdout } = await orkestra([...name.split(' '), '--help']);
      expect(stdout, name).not.toMatch(/--(?:password|secret|token|api-key|auth)\b/);
    }
  });
});

function complaint(act: () => unknown): string {
  try {
    act();
    return '';
  } catch (error) {
    return (error as Error).message;
  }
}
