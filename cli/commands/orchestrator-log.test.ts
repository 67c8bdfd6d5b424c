import { randomUUID } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Counter, Histogram, Registry } from 'prom-client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadConfig } from '../../config/load.ts';
import { CallLab } from '../../test/call-lab.ts';
import { freePort } from '../../deploy/local/ports.ts';
import { announce } from '../../workers/presence.ts';
import { withPostgres } from '../connect-postgres.ts';
import { orkestra } from '../testing/captured-run.ts';

const { postgres } = loadConfig();
/** Of this run: the tests share their database with others. */
const mine = randomUUID().slice(0, 8);

describe('orchestrator-log', () => {
  let lab: CallLab;
  let server: Server;
  const presences: { withdraw(): Promise<void> }[] = [];
  beforeAll(async () => {
    lab = await CallLab.open();
    process.env.ORKESTRA_TASK_QUEUE_PREFIX = lab.prefix;
    const registry = new Registry();
    const labelNames = ['engine'];
    new Counter({ name: 'orkestra_engine_errors_total', help: '-', labelNames, registers: [registry] }).inc(
      { engine: 'echo' },
      3,
    );
    const waits = { name: 'orkestra_wait_seconds', help: '-', buckets: [0.1, 0.2], registers: [registry] };
    new Histogram(waits).observe(0.15);
    server = createServer((_, response) => void registry.metrics().then((text) => response.end(text)));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    for (const [role, id, healthUrl] of [
      ['llm', 'llm-1', url],
      ['llm', 'llm-2', url],
      ['tts', 'tts-1', `http://127.0.0.1:${await freePort()}`],
    ] as const) {
      const info = { role, id, pid: 1, host: 'here', healthUrl, startedAt: Date.now() };
      presences.push(announce(lab.hub.redis, lab.prefix, info));
    }
  });
  afterAll(async () => {
    for (const presence of presences) await presence.withdraw();
    server.close();
    await lab.close();
  });

  const writeTurn = (turn: number, what: { source: string; outcome: string; caller: string; ago?: string }) =>
    withPostgres(postgres, async (database) => {
      await database.query(
        `insert into turns (session, turn, domain, caller, answer, heard, interrupted, source, adapter, engine, tools,
          speech_started_at, speech_ended_at, final_at, voice_to_voice_ms, outcome, similarity)
         values ($1, $2, 'banking', $3, 'Nine to five.', 'Nine to five.', false, $4, 'default', 'echo', '[]',
          now() - $6::interval, now() - $6::interval, now() - $6::interval, 412, $5, 0.968)`,
        [`log-${mine}`, turn, what.caller, what.source, what.outcome, what.ago ?? '1 second'],
      );
    });

  const linesOf = (stdout: string) => stdout.split('\n').filter((line) => line.includes(mine));

  test('adds up what the workers of a role measure, and says which gave nothing', async () => {
    // A lease that was renewed late, on a busy machine, is back in a moment.
    await expect
      .poll(() => orkestra(['orchestrator-log', '--metrics']))
      .toEqual({
        code: 0,
        stderr: 'tts-1 gives no metrics: ECONNREFUSED.\n',
        stdout: [
          'llm',
          '  orkestra_engine_errors_total{engine=echo}  6',
          '  orkestra_wait_seconds                      2 times · mean 150 ms · p50 150 ms · p95 195 ms',
          '',
        ].join('\n'),
      });
    const asJson = await orkestra(['orchestrator-log', '--metrics', '--format', 'json']);
    expect(JSON.parse(asJson.stdout)).toMatchObject({
      workers: 3,
      metrics: [
        { role: 'llm', value: 6, labels: { engine: 'echo' } },
        { count: 2, p50: expect.any(Number) },
      ],
      away: [{ id: 'tts-1' }],
    });
  });

  test('shows the stored answers that were given, and how many they were', async () => {
    await writeTurn(1, { source: 'cache', outcome: 'answered', caller: 'When do you open?' });
    await writeTurn(2, { source: 'model', outcome: 'answered', caller: 'And on Sundays?' });
    await writeTurn(3, { source: 'cache', outcome: 'answered', caller: 'Last week?', ago: '2 hours' });
    const { code, stdout } = await orkestra(['orchestrator-log', '--cache-hits']);
    expect(code).toBe(0);
    expect(linesOf(stdout)).toEqual([
      expect.stringMatching(
        new RegExp(
          `^20[-0-9]+ [:0-9]+  log-${mine} turn 1  0\\.97   412 ms  “When do you open\\?” → “Nine to five\\.”$`,
        ),
      ),
    ]);
    expect(stdout).toMatch(/\d+ of \d+ turns since 20.*Z had a stored answer \(\d+\.\d %\)\.\n$/);
    const day = await orkestra(['orchestrator-log', '--cache-hits', '--last', '24h', '--format', 'json']);
    expect(linesOf(day.stdout).map((line) => JSON.parse(line).turn)).toEqual([3, 1]);
  });

  test('shows what went wrong, from rows, Temporal and counters', async () => {
    await writeTurn(4, { source: 'apology', outcome: 'apology', caller: 'Hello?' });
    const { handle, session, caller } = await lab.start();
    await handle.terminate();
    caller.leave();
    const errors = async () => (await orkestra(['orchestrator-log', '--errors'])).stdout;
    await expect.poll(errors).toContain(`${session}  terminated in Temporal`);
    const stdout = await errors();
    expect(linesOf(stdout)).toEqual([
      expect.stringMatching(/ turn 4 {2}the model failed: the caller heard an apology$/),
    ]);
    await expect
      .poll(errors)
      .toMatch(
        /Counted since the workers started:\nllm\n {2}orkestra_engine_errors_total\{engine=echo\} {2}6\n$/,
      );
  });

  test('says which source is away, shows the others, and fails', async () => {
    const url = process.env.DATABASE_URL;
    process.env.DATABASE_URL = 'postgres://postgres@127.0.0.1:1/postgres';
    const { code, stdout, stderr } = await orkestra(['orchestrator-log', '--errors']);
    const hits = await orkestra(['orchestrator-log', '--cache-hits']);
    process.env.DATABASE_URL = url;
    expect(code).toBe(1);
    expect(stderr).toMatch(/^orkestra: Postgres can't be used at postgres:\/\/127\.0\.0\.1:1 /);
    expect(stdout).toContain('Counted since the workers started:');
    expect(hits).toMatchObject({ code: 1, stdout: '' });
  });

  test.each([
    [[], /Say what to show: one of --metrics, --cache-hits and --errors\./],
    [['--errors', '--metrics'], /Say what to show/],
    [['--errors', '--format', 'html'], /--format: takes table and json, not "html"\./],
    [['--metrics', '--last', '1h'], /--last: metrics count since the workers started/],
    [['--errors', '--last', '5x'], /--last: takes 1h, 24h, 7d, 30d, not "5x"\./],
  ])('refuses %j', async (args, sentence) => {
    const { code, stdout, stderr } = await orkestra(['orchestrator-log', ...args]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(sentence);
  });
});
