import { Readable } from 'node:stream';
import { Registry } from 'prom-client';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { loadConfig } from '../../config/load.ts';
import { createLogger } from '../../config/log.ts';
import { EngineError } from '../../engines/error.ts';
import type { LlmEngine } from '../../engines/llm/engine.ts';
import { type Gateway, startGateway } from '../../gateway/server.ts';
import { CallLab, echoLlm } from '../../test/call-lab.ts';
import { energyVad } from '../../test/gateway/energy-vad.ts';
import { orkestra } from '../testing/captured-run.ts';

/** Says what it was asked, unless it can't. */
const llm: LlmEngine = {
  ...echoLlm,
  async *reply(...given) {
    const [request] = given;
    if (request.messages.at(-1)!.text.includes('unanswerable')) {
      throw new EngineError('broken', 'no such model', { retryable: false });
    }
    yield* echoLlm.reply(...given);
  },
};

let lab: CallLab;
let gateway: Gateway;
beforeAll(async () => {
  lab = await CallLab.open({ llm });
  const config = loadConfig({
    ...process.env,
    ORKESTRA_LOG_LEVEL: 'silent',
    ORKESTRA_GATEWAY_HOST: '127.0.0.1',
    ORKESTRA_GATEWAY_PORT: '0',
  });
  gateway = await startGateway({
    config,
    hub: lab.hub,
    vad: energyVad,
    control: {
      async ensure({ session, settings }) {
        await lab.start({ ...settings, cache: false }, session);
        return 'started';
      },
    },
    log: createLogger(config, 'gateway'),
    metrics: new Registry(),
  });
});
afterAll(async () => {
  await gateway.close();
  await lab.close();
});

let session: string;
beforeEach(() => {
  session = `talk-${crypto.randomUUID().slice(0, 8)}`;
  process.env.ORKESTRA_GATEWAY_PORT = String(gateway.port);
});

const talk = (lines: string[], options: string[] = [], onLine?: (line: string) => void) =>
  orkestra(['talk', '--session', session, ...options], onLine, Readable.from([`${lines.join('\n')}\n`]));

test('each line of a pipe waits for its reply, which is printed with the time it took', async () => {
  const run = await talk(['first question', '', 'second question']);
  expect(run).toMatchObject({ code: 0, stderr: '' });
  const [greeting, first, second, end] = run.stdout.split('\n');
  expect(greeting).toMatch(/^bot {2}\S/);
  expect(first).toMatch(/^bot {2}You said first question {2}\(\d+ ms\)$/);
  expect(second).toMatch(/^bot {2}You said second question {2}\(\d+ ms\)$/);
  expect(end).toBe(`The call ${session} is over (the caller hung up).`);
  expect(await lab.client.workflow.getHandle(`call-${session}`).result()).toMatchObject({ turns: 2 });
});

test('as JSON, each sentence is a line that names its turn; /end hangs up, whatever stands behind it', async () => {
  const run = await talk(['x'.repeat(2_001), 'a question', '/end', 'another one'], ['--json']);
  expect(run).toMatchObject({ code: 0, stderr: 'Not sent: a line has at most 2000 characters.\n' });
  const [greeting, ...said] = run.stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(greeting).toEqual({ type: 'bot', text: expect.any(String) });
  expect(said).toEqual([
    { type: 'bot', turn: 1, text: 'You said a question', ms: expect.any(Number) },
    { type: 'end', session, reason: 'the caller hung up' },
  ]);
});

test('a call that ends before all was said has failed', async () => {
  const run = await talk(['one', 'two', 'three', 'four'], [], (line) => {
    if (!line.includes('You said one')) return;
    void lab.client.workflow.getHandle(`call-${session}`).signal('end', { reason: 'closing time' });
  });
  expect(run.stdout).toContain('is over (closing time).');
  expect(run.code).toBe(1);
});

test('a line without an answer is a failure', async () => {
  expect((await talk(['something unanswerable'])).code).toBe(1);
});

test('where there is no gateway, a sentence says what to do', async () => {
  process.env.ORKESTRA_GATEWAY_PORT = '1';
  const run = await talk(['hello']);
  expect(run).toMatchObject({ code: 1, stdout: '' });
  expect(run.stderr).toContain('orkestra up');
});
