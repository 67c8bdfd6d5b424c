import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { superviseWorkers, type Supervisor } from './supervisor.ts';

/** A worker with a health server, that dies when it is asked to. */
const WORKER = `
  const { createServer } = require('node:http');
  console.log('worker', process.argv[1], 'of', process.env.TEAM);
  createServer((request, response) => {
    if (request.url === '/die') process.exit(1);
    response.writeHead(request.url === '/health/ready' ? 200 : 404).end();
  }).listen(Number(process.env.ORKESTRA_HEALTH_PORT), process.env.ORKESTRA_HEALTH_HOST);
`;

let supervisor: Supervisor | undefined;
afterEach(async () => {
  await supervisor?.stop();
  supervisor = undefined;
});

async function supervise(names: string[], program: string) {
  const folder = mkdtempSync(join(tmpdir(), 'logs-'));
  const lines: string[] = [];
  const waiting: { line: RegExp; found: () => void }[] = [];
  supervisor = await superviseWorkers({
    names,
    command: (name) => [process.execPath, '-e', program, name],
    env: { TEAM: 'orkestra' },
    folder,
    report: (line) => {
      lines.push(line);
      waiting.filter((waiter) => waiter.line.test(line)).forEach((waiter) => waiter.found());
    },
  });
  const reported = (line: RegExp) =>
    lines.some((each) => line.test(each))
      ? Promise.resolve()
      : new Promise<void>((found) => waiting.push({ line, found }));
  return { supervisor, folder, lines, reported };
}

test('every worker gets its environment, a log and a health server of its own', async () => {
  const { supervisor, folder } = await supervise(['stt', 'tts'], WORKER);
  await supervisor.ready;
  expect(Object.keys(supervisor.pids())).toEqual(['stt', 'tts']);
  expect(supervisor.healthUrls.stt).not.toBe(supervisor.healthUrls.tts);
  expect(readFileSync(join(folder, 'stt.log'), 'utf8')).toBe('worker stt of orkestra\n');
});

test('a worker that dies is replaced by one that becomes ready, the others are left alone', async () => {
  const { supervisor, reported } = await supervise(['stt', 'tts'], WORKER);
  await supervisor.ready;
  const before = supervisor.pids();
  await fetch(`${supervisor.healthUrls.stt}/die`).catch(() => undefined);
  await reported(/^worker stt ended with code 1: starting it again/);
  await reported(/^worker stt is ready again$/);
  const after = supervisor.pids();
  expect(after.stt).not.toBe(before.stt);
  expect(after.tts).toBe(before.tts);
});

test('a worker whose configuration is wrong is given up, with its own words', async () => {
  const { supervisor, lines } = await supervise(
    ['llm'],
    `console.error('OPENAI_BASE_URL: not a URL'); process.exit(2)`,
  );
  await expect(supervisor.failed).rejects.toThrow(
    /^worker llm could not be started: it ended with code 2, 3 times\n(OPENAI_BASE_URL: not a URL\n?){3}$/,
  );
  await expect(supervisor.ready).rejects.toThrow('worker llm');
  expect(lines).toHaveLength(2);
});

test('a worker that never comes up is given up', async () => {
  const { supervisor } = await supervise(['tts'], `process.kill(process.pid, 'SIGKILL')`);
  await expect(supervisor.failed).rejects.toThrow(
    'worker tts could not be started: it ended with signal SIGKILL',
  );
});

test('after a stop no worker runs, nor is one started again', async () => {
  const { supervisor, lines } = await supervise(['stt', 'tts'], WORKER);
  await supervisor.ready;
  const pids = Object.values(supervisor.pids());
  await supervisor.stop();
  for (const pid of pids) expect(() => process.kill(pid, 0)).toThrow('ESRCH');
  expect(supervisor.pids()).toEqual({});
  expect(lines).toEqual([]);
});
