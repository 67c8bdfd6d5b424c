import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { WorkflowHandle } from '@temporalio/client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { packageRoot } from '../config/package.ts';
import { findTemporal } from '../deploy/local/temporal-program.ts';
import * as messages from '../workflows/messages.ts';
import { CallLab } from './call-lab.ts';
import { documentedCommands, matches, words } from './documented-commands.ts';
import type { StreamCaller } from './stream-caller.ts';

const run = promisify(execFile);
const SESSION = 'my-call';
const commands = documentedCommands(readFileSync(join(packageRoot, 'docs', 'steering.md'), 'utf8'));

/** What each documented command does to its call, beside what it prints. */
type Effect = (call: LiveCall) => Promise<void>;
interface LiveCall {
  session: string;
  handle: WorkflowHandle;
  caller: StreamCaller;
}

const state = ({ handle }: LiveCall) => handle.query(messages.stateQuery);
const ended =
  (reason: string): Effect =>
  async ({ handle, caller }) => {
    expect(await handle.result()).toMatchObject({ reason });
    expect(caller.heard.at(-1)).toMatchObject({ utterance: 'farewell' });
  };
const said =
  (utterance: string, words: string): Effect =>
  async ({ caller }) => {
    await caller.untilHeard(utterance);
    expect(caller.heard.at(-1)!.sentences.join(' ')).toBe(words);
  };

/** In the document's order. */
const effects: [part: string, effect: Effect][] = [
  ['--type state', async () => undefined],
  ['--type transcript', async () => undefined],
  ['workflow list', async () => undefined],
  ['signal --name say', said('say-1', 'One moment, please.')],
  ['update --name say', said('say-2', 'A colleague joins us.')],
  ['signal --name configure', async (call) => expect((await state(call)).settings.idlePrompts).toBe(1)],
  ['update --name configure', async (call) => expect((await state(call)).settings.speed).toBe(1.1)],
  ['update --name configure', async (call) => expect((await state(call)).settings.speed).toBe(1.1)],
  [
    'signal --name configure',
    async (call) => expect(await state(call)).toMatchObject({ rejectedSignals: 1, settings: { speed: 1.1 } }),
  ],
  ['signal --name useAdapter', async (call) => expect((await state(call)).rejectedSignals).toBe(1)],
  ['update --name useAdapter', async (call) => expect((await state(call)).adapter).toBe('default')],
  ['update --name useAdapter', async (call) => expect((await state(call)).adapter).toBe('default')],
  ['signal --name line', async (call) => expect((await state(call)).line.status).toBe('in-progress')],
  ['signal --name stagesLost', async (call) => expect((await state(call)).rejectedSignals).toBe(1)],
  [
    'signal --name useTool',
    async ({ handle }) => {
      const tools = async () => (await handle.query(messages.transcriptQuery)).turns[0]!.tools;
      await expect.poll(tools).toMatchObject([{ name: 'account_balance', output: { why: 'identity' } }]);
    },
  ],
  [
    'update --name useTool',
    async ({ handle }) => {
      const { turns } = await handle.query(messages.transcriptQuery);
      expect(turns[0]!.tools).toMatchObject([{}, { name: 'account_balance', output: { why: 'identity' } }]);
    },
  ],
  ['update --name end', ended('closing time')],
  ['signal --name end', ended('closing time')],
  ['workflow cancel', ended('cancelled')],
];

describe('a live call, steered by the temporal command', () => {
  let lab: CallLab;
  let temporal: string;
  beforeAll(async () => {
    temporal = await findTemporal((line) => process.stderr.write(`${line}\n`));
    lab = await CallLab.open();
  });
  afterAll(() => lab.close());

  async function liveCall(): Promise<LiveCall> {
    const call = await lab.start();
    await call.caller.connect();
    await call.caller.untilHeard('greeting');
    await call.caller.type('Hello');
    await call.caller.untilHeard('reply-1');
    await expect.poll(async () => (await call.handle.query(messages.stateQuery)).turns).toBe(1);
    return call;
  }

  /** What a command of the document prints when it is meant for this session; exit codes other than 0 and 1 fail. */
  async function type(command: string, { session }: Pick<LiveCall, 'session'>): Promise<string> {
    const [program, ...args] = words(command.replaceAll(SESSION, session));
    expect(program).toBe('temporal');
    const { stdout, stderr } = await run(temporal, args).catch((error: unknown) => {
      expect(error).toMatchObject({ code: 1 });
      return error as { stdout: string; stderr: string };
    });
    return (stdout + stderr).replaceAll(session, SESSION).trim();
  }

  test('does and prints what docs/steering.md says, command by command', async () => {
    expect(commands.map(({ command }) => kindOf(command))).toEqual(effects.map(([part]) => part));
    let call = await liveCall();
    for (const [index, { command, output }] of commands.entries()) {
      const [part, effect] = effects[index]!;
      // Visibility follows a moment later.
      if (part === 'workflow list') await expect.poll(() => type(command, call)).toMatch(matches(output));
      else expect(await type(command, call), command).toMatch(matches(output));
      await effect(call);
      const isOver = (await call.handle.describe()).status.name !== 'RUNNING';
      if (isOver) call.caller.leave();
      if (isOver && index < commands.length - 1) call = await liveCall();
    }
  });

  test('every message of a call is documented, in each of its forms', () => {
    const defined = Object.values(messages).filter(
      (message) => typeof message === 'object' && 'type' in message && 'name' in message,
    ) as { type: string; name: string }[];
    const forms = defined
      .filter(({ type }) => ['signal', 'update', 'query'].includes(type))
      .map(({ type, name }) => (type === 'query' ? `--type ${name}` : `${type} --name ${name}`));
    expect(forms.length).toBeGreaterThan(10);
    for (const form of forms) expect(commands.map(({ command }) => kindOf(command))).toContain(form);
  });

  const updates = ['say', 'configure', 'useAdapter', 'end'];
  const wrong = ['say', 'configure', 'useAdapter', 'end', 'line', 'stagesLost', 'useTool'].flatMap((name) =>
    [
      ...[3, [], 'text', true, { text: {} }, { speed: 'fast', text: 7, reason: [], unknown: null }].map(
        (payload) => [payload],
      ),
      [{}, {}],
      // Nothing is a payload too, of `end`.
      ...(name === 'end' ? [] : [[], [null]]),
    ].map((payloads) => ({ name, payloads })),
  );

  test('wrong payloads are ignored and counted as signals, rejected as updates, and the call goes on', async () => {
    const call = await liveCall();
    const { handle, caller } = call;
    for (const { name, payloads } of wrong) await handle.signal(name, ...payloads);
    // In an encoding that nobody knows: the workflow can't even read it.
    const unreadable = `--workflow-id call-${SESSION} --name say --input x --input-meta encoding=strange`;
    await type(`temporal workflow signal ${unreadable}`, call);
    const rejected = wrong.length + 1;
    await expect.poll(async () => (await state(call)).rejectedSignals).toBe(rejected);
    for (const { name, payloads } of wrong.filter(({ name }) => updates.includes(name))) {
      const update = handle.executeUpdate<unknown, [unknown]>(name, { args: payloads as [unknown] });
      const cause = { type: 'BadInput', message: expect.stringContaining(`“${name}”`) };
      await expect(update, JSON.stringify(payloads)).rejects.toMatchObject({ cause });
    }
    expect(await type(`temporal workflow update execute ${unreadable}`, call)).toContain('“say”');
    expect(await state(call)).toMatchObject({ phase: 'conversation', rejectedSignals: rejected });
    await caller.type('Are you still there?');
    await caller.untilHeard('reply-2');
    await caller.hangUp();
    await handle.result();
    caller.leave();
  });
});

/** `signal --name say`, `--type state`, `workflow list`: what a command is about. */
function kindOf(command: string): string {
  const [, form] = /^temporal workflow (\w+)/.exec(command)!;
  const [about] = /--(name|type) \w+/.exec(command) ?? [];
  if (!about) return `workflow ${form}`;
  return form === 'query' ? about : `${form} ${about}`;
}
