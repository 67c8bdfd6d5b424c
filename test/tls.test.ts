import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { NativeConnection } from '@temporalio/worker';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { connectTemporal } from '../cli/connect-temporal.ts';
import { openRedis } from '../cli/connect-redis.ts';
import { withPostgres } from '../cli/connect-postgres.ts';
import { loadConfig } from '../config/load.ts';
import { temporalConnection } from '../config/temporal.ts';
import { freePort } from '../deploy/local/ports.ts';
import { openTlsTunnel, pemFile, type TlsTunnel } from './tls-tunnel.ts';

const configWith = (env: NodeJS.ProcessEnv) => loadConfig({ ...process.env, ...env });
const ours = {
  REDIS_CA_FILE: pemFile('ca'),
  REDIS_CERT_FILE: pemFile('client'),
  REDIS_KEY_FILE: pemFile('client-key'),
};

describe('Redis, by its own TLS', () => {
  let url: string;
  let stop: () => void;
  beforeAll(async () => {
    const port = await freePort();
    url = `rediss://127.0.0.1:${port}`;
    const args = `--port 0 --tls-port ${port} --bind 127.0.0.1 --save '' --tls-auth-clients yes`.split(' ');
    const files = [
      '--tls-cert-file',
      pemFile('server'),
      '--tls-key-file',
      pemFile('server-key'),
      '--tls-ca-cert-file',
      pemFile('ca'),
    ];
    const server = spawn('redis-server', [...args.map((arg) => arg.replaceAll("'", '')), ...files], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    stop = () => server.kill();
    for await (const line of createInterface(server.stdout)) if (line.includes('Ready to accept')) break;
    server.stdout.resume();
  });
  afterAll(() => stop());

  test('is reached with its authority, and with a certificate of ours', async () => {
    const { redis } = await openRedis(configWith({ REDIS_URL: url, ...ours }).redis);
    expect(await redis.ping()).toBe('PONG');
    redis.disconnect();
  });

  test.each([
    ['an authority that nobody knows', { ...ours, REDIS_CA_FILE: '' }],
    ['no certificate of ours', { ...ours, REDIS_CERT_FILE: '', REDIS_KEY_FILE: '' }],
  ])('is not reached with %s', async (_, env) => {
    await expect(openRedis(configWith({ REDIS_URL: url, ...env }).redis)).rejects.toThrow(
      'Redis does not answer',
    );
  });

  test('is not reached under a name that its certificate does not hold', async () => {
    const other = url.replace('127.0.0.1', '127.0.0.2');
    await expect(openRedis(configWith({ REDIS_URL: other, ...ours }).redis)).rejects.toThrow(
      'does not answer',
    );
  });
});

describe('Postgres', () => {
  let tunnel: TlsTunnel;
  beforeAll(async () => {
    tunnel = await openTlsTunnel(new URL(process.env.DATABASE_URL!), { postgres: true });
  });
  afterAll(() => tunnel.close());

  const identity = `sslcert=${pemFile('client')}&sslkey=${pemFile('client-key')}`;
  const ask = (options: string, host = '127.0.0.1') => {
    const url = new URL(process.env.DATABASE_URL!);
    [url.host, url.search] = [`${host}:${tunnel.port}`, options];
    const { postgres } = configWith({ DATABASE_URL: url.href });
    return withPostgres(postgres, async (database) => (await database.query('select 1 as one')).rows);
  };

  test('is reached with its authority, and with a certificate of ours', async () => {
    const options = `sslmode=verify-full&sslrootcert=${pemFile('ca')}&${identity}`;
    expect(await ask(options)).toEqual([{ one: 1 }]);
  });

  test.each([
    ['an authority that nobody knows', `sslmode=verify-full&${identity}`],
    ['no certificate of ours', `sslmode=verify-full&sslrootcert=${pemFile('ca')}`],
    ['no TLS', 'sslmode=disable'],
  ])('is not reached with %s', async (_, options) => {
    await expect(ask(options)).rejects.toThrow("Postgres can't be used");
  });

  test('is not reached under a name that its certificate does not hold', async () => {
    const options = `sslmode=verify-full&sslrootcert=${pemFile('ca')}&${identity}`;
    await expect(ask(options, '127.0.0.2')).rejects.toThrow("Postgres can't be used");
  });
});

describe('Temporal', () => {
  let tunnel: TlsTunnel;
  beforeAll(async () => {
    const [hostname, port] = process.env.TEMPORAL_ADDRESS!.split(':') as [string, string];
    tunnel = await openTlsTunnel({ hostname, port }, { protocols: ['h2'] });
  });
  afterAll(() => tunnel.close());
  afterEach(() => vi.unstubAllEnvs());

  const places = (env: Record<string, string>, host = '127.0.0.1') => {
    const all = { TEMPORAL_ADDRESS: `${host}:${tunnel.port}`, TEMPORAL_TLS: 'true', ...env };
    for (const [name, value] of Object.entries(all)) vi.stubEnv(name, value);
    return { config: loadConfig(), temporal: temporalConnection() };
  };
  const authority = { TEMPORAL_TLS_SERVER_CA_CERT_PATH: pemFile('ca') };
  const identity = {
    TEMPORAL_TLS_CLIENT_CERT_PATH: pemFile('client'),
    TEMPORAL_TLS_CLIENT_KEY_PATH: pemFile('client-key'),
  };

  test('is reached by clients and by workers with its authority, and with a certificate of ours', async () => {
    const { config, temporal } = places({ ...authority, ...identity });
    await (await connectTemporal({ config, temporal })).close();
    const connection = await NativeConnection.connect(temporal.connectionOptions);
    await connection.close();
  });

  test.each([
    ['an authority that nobody knows', identity],
    ['no certificate of ours', authority],
    ['no TLS', { TEMPORAL_TLS: 'false' }],
  ])('is not reached with %s', async (_, env) => {
    await expect(connectTemporal(places(env))).rejects.toThrow('Temporal does not answer');
  });
});
