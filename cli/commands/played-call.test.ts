import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Registry } from 'prom-client';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { readWav } from '../../audio/wav.ts';
import { loadConfig } from '../../config/load.ts';
import { createLogger } from '../../config/log.ts';
import { packageRoot } from '../../config/package.ts';
import { EngineError } from '../../engines/error.ts';
import type { LlmEngine } from '../../engines/llm/engine.ts';
import { createScriptedStt } from '../../engines/stt/scripted.ts';
import { type Gateway, startGateway } from '../../gateway/server.ts';
import { CallLab, echoLlm } from '../../test/call-lab.ts';
import { energyVad } from '../../test/gateway/energy-vad.ts';
import { orkestra } from '../testing/captured-run.ts';

const recording = (name: string) => join(packageRoot, 'test', 'recordings', name);

let lab: CallLab;
let gateway: Gateway;
/** Recordings of calls go below the working folder. */
const folder = mkdtempSync(join(tmpdir(), 'orkestra-played-'));
const home = process.cwd();

async function open(engines: Parameters<typeof CallLab.open>[0]) {
  lab = await CallLab.open(engines);
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
    control: { ensure: async () => 'started' },
    log: createLogger(config, 'gateway'),
    metrics: new Registry(),
  });
  process.env.ORKESTRA_TASK_QUEUE_PREFIX = lab.prefix;
  process.env.ORKESTRA_GATEWAY_PORT = String(gateway.port);
}

beforeAll(() => process.chdir(folder));
afterEach(async () => {
  await gateway.close();
  await lab.close();
});
afterAll(() => {
  process.chdir(home);
  rmSync(folder, { recursive: true });
});

const session = () => `cli-${crypto.randomUUID().slice(0, 8)}`;
const settings = ['--set', 'endpointingMs=100', '--set', 'endpointingMaxMs=100', '--set', 'cache=false'];

describe('start-call plays the caller', () => {
  test('from a recording: the transcript grows, the audio is kept, the call ends with the file', async () => {
    await open({ stt: createScriptedStt(['What are your hours?']) });
    const id = session();
    const run = await orkestra(['start-call', id, '--audio', recording('hours.wav'), ...settings]);
    expect(run).toMatchObject({ code: 0, stderr: '' });
    const lines = run.stdout.split('\n');
    expect(lines[0]).toMatch(/^ 0:0\d\.\d {2}bot {5}\S/);
    expect(lines[1]).toMatch(/^ 0:\d\d\.\d {2}caller {2}What are your hours\?$/);
    expect(lines[2]).toMatch(/^ 0:\d\d\.\d {2}bot {5}You said What are your hours\?$/);
    expect(lines[3]).toMatch(/^ +heard → spoken \d+ ms · transcript \d+ ms · echo$/);
    expect(lines[4]).toBe('The call is over (the caller hung up): 1 of 1 utterances were answered.');
    expect(await lab.client.workflow.getHandle(`call-${id}`).result()).toMatchObject({
      turns: 1,
      reason: 'the caller hung up',
    });
    const bot = readWav(readFileSync(join(folder, '.orkestra', 'calls', id, 'bot.wav')));
    const loud = bot.samples.filter((sample) => Math.abs(sample) > 1_000).length;
    // The greeting and the reply, 60 ms a character.
    expect(loud / bot.sampleRate).toBeGreaterThan(1);
    const both = readFileSync(join(folder, '.orkestra', 'calls', id, 'conversation.wav'));
    expect(both.readUInt16LE(22)).toBe(2);
    expect(readWav(both).samples.length).toBe(bot.samples.length);
  });

  test('typing: each line waits for the reply to the one before', async () => {
    await open({});
    const typed = ['--text', 'first question', '--text', 'second question'];
    const run = await orkestra(['start-call', session(), ...typed, ...settings, '--json']);
    expect(run).toMatchObject({ code: 0, stderr: '' });
    const call = JSON.parse(run.stdout);
    expect(call).toMatchObject({ lines: 2, answered: 2, reason: 'the caller hung up' });
    expect(call.turns).toEqual([
      expect.objectContaining({ turn: 1, caller: 'first question', heard: 'You said first question' }),
      expect.objectContaining({ turn: 2, caller: 'second question', heard: 'You said second question' }),
    ]);
    expect(call.asides.map(({ utterance }: { utterance: string }) => utterance)).toEqual(['greeting']);
    expect(existsSync(call.audio.bot)).toBe(true);
  });

  test('and fails where the bot has no answer', async () => {
    const broken: LlmEngine = {
      ...echoLlm,
      // oxlint-disable-next-line require-yield
      async *reply() {
        throw new EngineError('broken', 'no such model', { retryable: false });
      },
    };
    await open({ llm: broken });
    const run = await orkestra(['start-call', session(), '--text', 'first question', ...settings]);
    expect(run.code).toBe(1);
    expect(run.stdout).toContain('0 of 1 utterances were answered.');
  });

  test('until the bot hangs up, whatever is left to say', async () => {
    await open({});
    const id = session();
    const lines = ['one', 'two', 'three', 'four'].flatMap((line) => ['--text', line]);
    const run = await orkestra(['start-call', id, ...lines, ...settings], (line) => {
      if (!line.includes('You said one')) return;
      void lab.client.workflow.getHandle(`call-${id}`).signal('end', { reason: 'closing time' });
    });
    expect(run.stdout).toMatch(/The call is over \(closing time\): [123] of 4 utterances were answered\.\n/);
    expect(run.code).toBe(1);
  });
});
