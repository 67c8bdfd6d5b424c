import { setTimeout as sleep } from 'node:timers/promises';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { packageRoot } from '../../config/package.ts';
import { freePort } from '../local/ports.ts';
import { startStack } from '../local/stack.ts';
import type { Check } from './check.ts';
import { answers, startRole } from './role.ts';

interface BadStart {
  what: string;
  worker: string;
  env: Record<string, string>;
  /** In one of its lines. */
  says: RegExp;
  /** Exit code, or `waits`: it stays, has started, so that nothing starts it anew, and is not ready. */
  outcome: 1 | 2 | 'waits';
}

const nowhere = '127.0.0.1:1';

const badStarts: BadStart[] = [
  {
    what: 'a secret that is missing',
    worker: 'analytics',
    env: { DATABASE_URL: '', DATABASE_URL_FILE: '/nowhere/database-url' },
    says: /^DATABASE_URL_FILE: \/nowhere\/database-url can’t be read: ENOENT$/,
    outcome: 2,
  },
  {
    what: 'a gateway that can’t check who calls',
    worker: 'gateway',
    env: { ORKESTRA_SESSION_KEYS: '', ORKESTRA_SESSION_KEYS_FILE: '', ORKESTRA_GATEWAY_OPEN: '' },
    says: /ORKESTRA_SESSION_KEYS.*ORKESTRA_GATEWAY_OPEN/,
    outcome: 2,
  },
  {
    what: 'an engine without its key',
    worker: 'stt',
    env: { ORKESTRA_STT: 'deepgram', DEEPGRAM_API_KEY: '' },
    says: /DEEPGRAM_API_KEY/,
    outcome: 1,
  },
  {
    what: 'a wrong model path',
    worker: 'stt',
    env: { ORKESTRA_MODELS: mkdtempSync(join(tmpdir(), 'orkestra-no-models-')) },
    says: /orkestra-no-models-.*provision|provision.*orkestra-no-models-/,
    outcome: 1,
  },
  {
    what: 'a Temporal that can’t be reached',
    worker: 'llm',
    env: { TEMPORAL_ADDRESS: nowhere },
    says: /Temporal can’t be reached at 127\.0\.0\.1:1/,
    outcome: 'waits',
  },
  {
    what: 'a Redis that can’t be reached',
    worker: 'tts',
    env: { REDIS_URL: `redis://${nowhere}` },
    says: /Redis can’t be reached/,
    outcome: 'waits',
  },
  {
    what: 'a Postgres that can’t be reached',
    worker: 'analytics',
    env: { DATABASE_URL: `postgres://nobody@${nowhere}/none` },
    says: /Postgres can’t be used/,
    outcome: 'waits',
  },
];

/** A process that can't do its work says why in one line; it is not ready, and does not come and go in silence. */
export const checkBadStarts: Check = {
  name: 'bad-starts',
  what: `${badStarts.length} bad starts: a line that says why, not ready, no silent coming and going`,
  how: 'the processes, one at a time',
  leavesOut: [],
  async run(report) {
    const stack = await startStack({ report, fresh: true });
    try {
      const lines: string[] = [];
      for (const start of badStarts) {
        lines.push(await tryStart(start, stack.env));
      }
      return lines;
    } finally {
      await stack.stop();
    }
  },
};

async function tryStart({ what, worker, env, says, outcome }: BadStart, servers: Record<string, string>) {
  const port = await freePort();
  const at = `http://127.0.0.1:${port}`;
  const program = join(packageRoot, 'dist', 'cli', 'main.js');
  const role = startRole([process.execPath, program, 'worker', worker], {
    env: { ...process.env, ...servers, ORKESTRA_HEALTH_PORT: String(port), ...env },
    isHealthy: () => answers(`${at}/health/ready`),
  });
  const said = () =>
    role
      .output()
      .split('\n')
      .find((line) => says.test(messageOf(line)));
  try {
    if (outcome === 'waits') {
      await untilTrue(() => said() !== undefined && answers(`${at}/health/started`), role.output);
      if (await answers(`${at}/health/ready`)) throw new Error(`${what}: ${worker} says that it is ready`);
      const code = await role.stop();
      if (code !== 0)
        throw new Error(`${what}: asked to end, ${worker} ended with ${code}:\n${role.output()}`);
    } else {
      const code = await role.ended;
      if (code !== outcome)
        throw new Error(`${what}: ${worker} ended with ${code}, not ${outcome}:\n${role.output()}`);
      if (!said()) throw new Error(`${what}: ${worker} does not say why:\n${role.output()}`);
    }
    const how = outcome === 'waits' ? 'stays, not ready, ends when asked' : `exit code ${outcome}`;
    return `${what}: ${worker} says “${messageOf(said()!)}”, ${how}`;
  } finally {
    await role.stop();
  }
}

/** Of a line of the log; other lines are as they are. */
function messageOf(line: string): string {
  try {
    const { msg, error } = JSON.parse(line) as { msg: string; error?: string };
    return error ? `${msg}: ${error}` : msg;
  } catch {
    return line;
  }
}

async function untilTrue(holds: () => boolean | Promise<boolean>, output: () => string) {
  for (const deadline = Date.now() + 60_000; !(await holds()); await sleep(100)) {
    if (Date.now() > deadline) throw new Error(`it did not say what is wrong within a minute:\n${output()}`);
  }
}
