import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { packageRoot, version } from '../../config/package.ts';
import { isAlive } from '../../deploy/local/lock.ts';

const program = join(packageRoot, 'dist', 'cli', 'main.js');

let folder: string;
let child: ChildProcess | undefined;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'orkestra-up-'));
});
afterEach(() => {
  child?.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

/** `up` as a user runs it, with engines that need no time to load; servers are those of the tests. */
function up(...options: string[]) {
  child = spawn(process.execPath, [program, 'up', ...options], {
    cwd: folder,
    env: {
      ...process.env,
      ORKESTRA_CACHE: folder,
      ORKESTRA_GATEWAY_PORT: '0',
      ORKESTRA_API_PORT: '0',
      ORKESTRA_TASK_QUEUE_PREFIX: `up-${crypto.randomUUID().slice(0, 8)}`,
      ORKESTRA_STT: 'scripted',
      ORKESTRA_TTS: 'scripted',
      ORKESTRA_LLM: 'scripted',
      ORKESTRA_EMBEDDING: 'scripted',
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const lines: string[] = [];
  const waiting = new Set<() => void>();
  createInterface({ input: child.stdout! }).on('line', (line) => {
    lines.push(line);
    for (const check of waiting) check();
  });
  const gone = once(child, 'exit');
  return {
    lines,
    interrupt: () => child!.kill('SIGINT'),
    exitCode: async () => (await gone)[0] as number,
    seen: (pattern: RegExp) =>
      Promise.race([
        new Promise<void>((resolve) => {
          const check = () => (lines.some((line) => pattern.test(line)) ? resolve() : undefined);
          waiting.add(check);
          check();
        }),
        gone.then(() => Promise.reject(new Error(`up ended early:\n${lines.join('\n')}`))),
      ]),
  };
}

/** `up`, and every process that it has started and that still runs: all know its folder. */
const running = () =>
  execFileSync('sh', ['-c', 'grep -lsz "$0" /proc/[0-9]*/environ || true', `ORKESTRA_CACHE=${folder}`], {
    encoding: 'utf8',
    env: {},
  });

describe('up', () => {
  test('brings up every worker, and stops them all on Ctrl-C', async () => {
    const run = up();
    await run.seen(/^ready: callers connect to ws:\/\/127\.0\.0\.1:\d+\/pcm, or ws:.*\/twilio from Twilio$/);
    const { pids } = JSON.parse(readFileSync(join(folder, 'stack.json'), 'utf8'));
    expect(Object.keys(pids).sort()).toEqual(
      ['analytics', 'cache', 'gateway', 'llm', 'orchestrator', 'stt', 'tts'].sort(),
    );
    run.interrupt();
    expect(await run.exitCode()).toBe(0);
    expect(run.lines.at(-1)).toBe('Everything has stopped.');
    expect(Object.values(pids as Record<string, number>).filter(isAlive)).toEqual([]);
    expect(existsSync(join(folder, 'stack.json'))).toBe(false);
  });

  test.runIf(existsSync('/proc'))('leaves nothing behind when Ctrl-C comes before it is ready', async () => {
    const run = up();
    await run.seen(/^workers: starting/);
    expect(running()).not.toBe('');
    run.interrupt();
    expect(await run.exitCode()).toBe(130);
    await expect.poll(running, { timeout: 15_000 }).toBe('');
  });
});

test('the compiled program is the same as what these tests run', () => {
  const run = (...args: string[]) =>
    execFileSync(process.execPath, [program, ...args], { encoding: 'utf8', stdio: 'pipe' });
  expect(run('--version')).toBe(`${version}\n`);
  expect(() => run('start-call', 'my call')).toThrow(
    expect.objectContaining({
      status: 2,
      stdout: '',
      stderr: expect.stringMatching(/^orkestra: "my call" can't be/),
    }),
  );
});
