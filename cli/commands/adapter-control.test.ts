import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { LlmEngine } from '../../engines/llm/engine.ts';
import { CallLab } from '../../test/call-lab.ts';
import { orkestra } from '../testing/captured-run.ts';

/** Says the last line of its instructions. */
const obedient: LlmEngine = {
  name: 'obedient',
  warmUp: async () => undefined,
  async *reply({ instructions }) {
    yield { type: 'text', text: instructions.split('\n').at(-1)! };
  },
  close: async () => undefined,
};

describe('adapter-control', () => {
  let lab: CallLab;
  const name = `polite-${randomUUID().slice(0, 6)}`;
  const control = (...args: string[]) => orkestra(['adapter-control', ...args]);
  beforeAll(async () => {
    lab = await CallLab.open({ llm: obedient });
    process.env.ORKESTRA_TASK_QUEUE_PREFIX = lab.prefix;
  });
  afterAll(() => lab.close());

  test('creates, loads, activates, rolls back and unloads an adapter, and shows what became of it', async () => {
    expect(await control('create', name, '--prompt', 'With pleasure.', '--temperature', '0.3')).toEqual({
      code: 0,
      stdout: `${name}@1 is created. Load it with \`orkestra adapter-control load ${name}\`.\n`,
      stderr: '',
    });
    // The same again is the same; anything else is the next version.
    expect(
      (await control('create', name, '--prompt', 'With pleasure.', '--temperature', '0.3')).stdout,
    ).toContain(`${name}@1`);
    expect((await control('create', name, '--prompt', 'By all means.')).stdout).toContain(`${name}@2`);
    expect(await control('load', `${name}@1`)).toEqual({
      code: 0,
      stdout: `${name}@1 is loaded at one llm worker.\n`,
      stderr: '',
    });
    expect((await control('activate', name, '--percent', '20')).stdout).toBe(
      `20 % of the new calls in banking get ${name}@1.\n`,
    );
    const list = (await control('list')).stdout.split('\n').filter((line) => line.startsWith(name));
    expect(list).toEqual([
      expect.stringMatching(/@2 +prompt +not loaded$/),
      expect.stringMatching(/@1 +prompt +loaded, active in banking \(20 % of new calls\)$/),
    ]);
    expect(await control('unload', name)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining(`${name}@1 is active in banking: give its calls another one first`),
    });
    expect((await control('rollback')).stdout).toBe('Rolled back: all new calls in banking get default.\n');
    expect((await control('unload', name)).stdout).toBe(`${name}@1 is no longer loaded.\n`);
    const shown = JSON.parse((await control('show', `${name}@1`, '--json')).stdout);
    expect(shown).toMatchObject({
      adapter: {
        name,
        version: 1,
        prompt: { mode: 'append', text: 'With pleasure.' },
        decoding: { temperature: 0.3 },
      },
      loaded: [],
    });
    expect(shown.history.map(({ what }: { what: string }) => what)).toEqual([
      'created',
      'created',
      'loaded',
      'activated',
      'unloaded',
    ]);
  });

  test('switches a live call, and says why it can’t', async () => {
    await control('load', name);
    const { session, handle, caller } = await lab.start();
    await caller.connect();
    expect((await control('activate', name, '--session', session)).stdout).toBe(
      `${name}@2 answers in call ${session} from the next turn on.\n`,
    );
    await caller.type('hello');
    await caller.untilHeard('reply-1');
    expect(caller.heard.at(-1)!.sentences).toEqual(['By all means.']);
    expect(await control('activate', 'nobody', '--session', session)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('No adapter nobody is loaded'),
    });
    await caller.hangUp();
    await handle.result();
    caller.leave();
    expect(await control('activate', name, '--session', session)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('has already ended'),
    });
  });

  test.each([
    ['an adapter that does not exist', ['load', 'nobody'], 1, 'There is no adapter nobody'],
    ['one that is not loaded', ['activate', 'nobody'], 1, 'No adapter nobody is loaded'],
    [
      'a domain that does not exist',
      ['activate', 'default', '--domain', 'zoo'],
      1,
      'No domain is called zoo',
    ],
    ['SQL in a domain', ['activate', 'default', '--domain', "x'; drop"], 2, 'a domain is a lower-case word'],
    ['no name', ['load', 'Not A Name'], 2, 'an adapter is a word like formal'],
    ['a share of the calls beyond all', ['activate', 'default', '--percent', '101'], 2, 'from 1 to 100'],
    ['an adapter that would change nothing', ['create', 'empty'], 2, 'it would change nothing'],
    ['a temperature of 7', ['create', 'hot', '--prompt', 'x', '--temperature', '7'], 2, '--temperature'],
    ['the name of the model itself', ['create', 'default', '--prompt', 'x'], 2, 'choose another name'],
    ['weights without an engine', ['create', 'x', '--weights', '/x'], 2, '--weights needs --engine'],
    [
      'weights that are not there',
      ['create', 'x', '--weights', '/no.gguf', '--engine', 'llama', '--base-model', 'm'],
      1,
      'There are no weights at /no.gguf',
    ],
    ['nothing to roll back', ['rollback', '--domain', 'clinic'], 1, 'Nothing was activated in clinic'],
  ])('refuses %s, and nothing is changed', async (_, args, code, message) => {
    const before = (await control('show', '--json')).stdout;
    expect(await control(...args)).toMatchObject({
      code,
      stdout: '',
      stderr: expect.stringContaining(message),
    });
    const after = (await control('show', '--json')).stdout;
    expect(JSON.parse(after)).toEqual(JSON.parse(before));
  });

  test('weights that the workers’ engine can’t load are refused, and nothing is changed', async () => {
    const weights = ['--weights', '/adapters/x', '--engine', 'openai', '--base-model', 'small'];
    const lora = `lora-${randomUUID().slice(0, 6)}`;
    await control('create', lora, ...weights);
    expect(await control('load', lora)).toEqual({
      code: 1,
      stdout: '',
      stderr: `orkestra: ${lora}@1 has weights for the engine openai, and the llm workers run obedient.\n`,
    });
    expect(JSON.parse((await control('list', '--json')).stdout).loaded).not.toContain(`${lora}@1`);
  });
});
