import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';
import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { loadConfig } from '../../config/load.ts';
import { CallLab } from '../../test/call-lab.ts';
import { Health, serveHealth } from '../../workers/health.ts';
import { announce } from '../../workers/presence.ts';
import { orkestra } from '../testing/captured-run.ts';
import { workerNames } from '../../config/worker-names.ts';

const NOWHERE = '127.0.0.1:9';

describe('orchestrator-health', () => {
  let lab: CallLab;
  let redis: Redis;
  const withdrawals: (() => unknown)[] = [];

  beforeAll(async () => {
    lab = await CallLab.open();
    redis = new Redis(loadConfig().redis.url);
  });
  afterAll(async () => {
    redis.disconnect();
    await lab.close();
  });
  beforeEach(() => {
    const before = { ...process.env };
    process.env.ORKESTRA_TASK_QUEUE_PREFIX = lab.prefix;
    return () => {
      process.env = before;
    };
  });
  afterEach(async () => {
    for (const withdraw of withdrawals.splice(0)) await withdraw();
  });

  /** A worker that says of itself what a worker process would. */
  async function worker(
    role: string,
    setUp: (health: Health) => void = (health) => (health.status = 'ready'),
  ) {
    const health = new Health(role);
    setUp(health);
    const server = await serveHealth(health, { host: '127.0.0.1', port: 0 });
    await announced(role, server.url);
    withdrawals.push(server.close);
  }

  async function announced(role: string, healthUrl: string) {
    const id = `${role}-${crypto.randomUUID().slice(0, 8)}`;
    const info = { role, id, pid: 1, host: 'test', healthUrl, startedAt: 0 };
    withdrawals.push(announce(redis, lab.prefix, info).withdraw);
    // The announcement is under way; a round trip later it is there.
    await redis.ping();
  }

  interface Report {
    status: string;
    parts: { part: string; status: string; latencyMs: number; detail: string }[];
  }

  async function ask(): Promise<{ code: number; status: string; of: (part: string) => [string, string] }> {
    const { code, stdout } = await orkestra(['orchestrator-health', '--json']);
    const { status, parts }: Report = JSON.parse(stdout);
    const of = (name: string): [string, string] => {
      const part = parts.find(({ part }) => part === name)!;
      return [part.status, part.detail];
    };
    return { code, status, of };
  }

  const others = (...without: string[]) => workerNames.filter((name) => !without.includes(name));

  test('asks the servers, the queues and the workers, and says how long each took', async () => {
    for (const role of workerNames) await worker(role);
    const { stdout } = await orkestra(['orchestrator-health', '--json']);
    const { parts }: Report = JSON.parse(stdout);
    expect(parts.map(({ part }) => part)).toEqual([
      'temporal',
      'redis',
      'postgres',
      ...['call', 'stt', 'cache', 'llm', 'tts', 'analytics'].map(
        (service) => `queue ${lab.prefix}-${service}`,
      ),
      ...workerNames.map((name) => `worker ${name}`),
    ]);
    for (const { latencyMs } of parts) expect(latencyMs).toBeGreaterThanOrEqual(0);
    expect(parts[0]!.detail).toMatch(/^\S+:\d+, namespace default, version \d/);
    expect(parts[1]!.detail).toMatch(/^redis:\/\/\S+, version \d/);
  });

  test('calls it degraded where only the cache is away: calls are held without it', async () => {
    // The lab has no worker for the cache's queue.
    for (const role of others('cache')) await worker(role);
    const { code, status, of } = await ask();
    expect({ code, status }).toEqual({ code: 1, status: 'degraded' });
    expect(of(`queue ${lab.prefix}-cache`)).toEqual(['failed', 'activity pollers: 0']);
    expect(of('worker cache')).toEqual(['failed', 'none runs']);
    expect(of(`queue ${lab.prefix}-call`)).toEqual(['ok', 'workflow pollers: 1, activity pollers: 1']);
    expect(of('worker stt')).toEqual(['ok', '1 of 1 ready']);
  });

  test('calls a role degraded where one of its workers is not ready, and says why', async () => {
    for (const role of workerNames) await worker(role);
    await worker('stt', (health) => {
      health.status = 'ready';
      health.add('engine', async () => {
        throw new Error('the model is gone');
      });
    });
    const { status, of } = await ask();
    expect(status).toBe('degraded');
    const [stt, detail] = of('worker stt');
    expect(stt).toBe('degraded');
    expect(detail).toMatch(/^1 of 2 ready; stt-\w+ is not ready \(engine: the model is gone\)$/);
  });

  test('calls it failed where a part is away that calls can’t do without', async () => {
    for (const role of others('stt', 'gateway')) await worker(role);
    await worker('gateway', (health) => (health.detail = 'waiting for Temporal at 10.0.0.7:7233'));
    const { code, status, of } = await ask();
    expect({ code, status }).toEqual({ code: 1, status: 'failed' });
    expect(of('worker stt')).toEqual(['failed', 'none runs']);
    const [gateway, detail] = of('worker gateway');
    expect(gateway).toBe('failed');
    expect(detail).toMatch(
      /^0 of 1 ready; gateway-\w+ is starting \(waiting for Temporal at 10\.0\.0\.7:7233\)$/,
    );
  });

  test('is not held up by a worker that hangs, or one that is gone without a word', async () => {
    const hanging: Server = createServer(() => undefined).listen(0, '127.0.0.1');
    await once(hanging, 'listening');
    withdrawals.push(() => {
      hanging.closeAllConnections();
      hanging.close();
    });
    await announced('llm', `http://127.0.0.1:${(hanging.address() as AddressInfo).port}`);
    await announced('tts', `http://${NOWHERE}`);
    const { of } = await ask();
    expect(of('worker llm')[1]).toMatch(/^0 of 1 ready; llm-\w+ gives no answer within 4 s$/);
    expect(of('worker tts')[1]).toMatch(/^0 of 1 ready; tts-\w+ does not answer \(.+\)$/);
  });

  test('names what does not answer, server by server', async () => {
    Object.assign(process.env, {
      TEMPORAL_ADDRESS: NOWHERE,
      REDIS_URL: `redis://user:secret@${NOWHERE}`,
      DATABASE_URL: `postgres://user:secret@${NOWHERE}/orkestra`,
    });
    const { code, stdout } = await orkestra(['orchestrator-health']);
    expect(code).toBe(1);
    expect(stdout).toMatch(
      new RegExp(`^temporal +failed +\\d+ ms  Temporal does not answer at ${NOWHERE}`, 'm'),
    );
    expect(stdout).toMatch(
      new RegExp(`^redis +failed +\\d+ ms  Redis does not answer at redis://${NOWHERE}`, 'm'),
    );
    expect(stdout).toMatch(
      new RegExp(`^postgres +failed +\\d+ ms  postgres://${NOWHERE} does not answer`, 'm'),
    );
    expect(stdout).toMatch(/^worker stt +failed .*can’t be found without Redis$/m);
    expect(stdout).toMatch(/^failed: temporal failed, redis failed, postgres failed, /m);
    expect(stdout).not.toContain('secret');
  });
});
