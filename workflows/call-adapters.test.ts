import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { adapterForNewCall } from '../activities/adapters/call-adapters.ts';
import { type AdapterControl, adapterControl } from '../api/adapters.ts';
import type { LlmEngine } from '../engines/llm/engine.ts';
import { CallLab } from '../test/call-lab.ts';
import {
  searchAttributes,
  stateQuery,
  transcriptQuery,
  useAdapterSignal,
  useAdapterUpdate,
} from './messages.ts';

/** A busy machine gets as long as it needs. */
const PATIENCE = { timeout: 20_000 };

/** Says the last line of its instructions; an adapter whose line is BROKEN can't be used. */
const obedient: LlmEngine = {
  name: 'obedient',
  warmUp: async () => undefined,
  async *reply({ instructions, adapter }) {
    const line = adapter ? instructions.split('\n').at(-1)! : 'As always.';
    if (line === 'BROKEN') throw new Error('these weights are of no use');
    yield { type: 'text', text: line };
  },
  close: async () => undefined,
};

describe('the adapter of a live call', () => {
  let lab: CallLab;
  let control: AdapterControl;
  const names = { polite: '', curt: '', broken: '', clinical: '' };
  beforeAll(async () => {
    lab = await CallLab.open({ llm: obedient });
    control = adapterControl(lab.client, lab.prefix);
    const suffix = randomUUID().slice(0, 6);
    const lines = { polite: 'With pleasure.', curt: 'Fine.', broken: 'BROKEN', clinical: 'Open wide.' };
    for (const [name, text] of Object.entries(lines)) {
      const domain = name === 'clinical' ? 'clinic' : undefined;
      const prompt = { text };
      const { adapter } = await control.create({ kind: 'prompt', name: `${name}-${suffix}`, prompt, domain });
      names[name as keyof typeof names] = adapter;
      await control.load(adapter);
    }
  });
  afterAll(() => lab.close());

  const begin = async (session?: string) => {
    const call = await lab.start({}, session);
    await call.caller.connect();
    const ask = async (turn: number) => {
      await call.caller.type(`question ${turn}`);
      await call.caller.untilHeard(`reply-${turn}`);
      return call.caller.heard.find(({ utterance }) => utterance === `reply-${turn}`)!.sentences.join(' ');
    };
    const end = async () => {
      await call.caller.hangUp();
      await call.handle.result();
      call.caller.leave();
      return (await call.handle.query(transcriptQuery)).turns.map(({ adapter }) => adapter);
    };
    return { ...call, ask, end };
  };

  /** A greeting that is heard in no time is no time to choose in. */
  const chosen = (handle: Awaited<ReturnType<typeof begin>>['handle']) =>
    expect.poll(async () => (await handle.query(stateQuery)).adapter, PATIENCE).not.toBe('default');

  test('changes by update with the turn that stands ready, and the history tells who answered', async () => {
    const { handle, ask, end } = await begin();
    expect(await ask(1)).toBe('As always.');
    const polite = names.polite.split('@')[0]!;
    expect(await handle.executeUpdate(useAdapterUpdate, { args: [{ adapter: polite }] })).toEqual({
      adapter: names.polite,
    });
    expect(await ask(2)).toBe('With pleasure.');
    await handle.executeUpdate(useAdapterUpdate, { args: [{ adapter: names.curt }] });
    expect(await ask(3)).toBe('Fine.');
    await handle.executeUpdate(useAdapterUpdate, { args: [{ adapter: 'default' }] });
    expect(await ask(4)).toBe('As always.');
    expect(await end()).toEqual(['default', names.polite, names.curt, 'default']);
    expect(lab.turnRows.at(-1)!.turn.adapter).toBe('default');
  });

  test('changes by signal, with what the caller says next', async () => {
    const { handle, caller, ask, end } = await begin();
    await ask(1);
    await handle.signal(useAdapterSignal, { adapter: names.curt });
    // The caller begins at once; the news overtake their words.
    await caller.speak(400, () =>
      expect.poll(async () => (await handle.query(stateQuery)).adapter, PATIENCE).toBe(names.curt),
    );
    await caller.untilHeard('reply-2');
    expect(await end()).toEqual(['default', names.curt]);
    expect((await handle.describe()).typedSearchAttributes.get(searchAttributes.adapter)).toBe(names.curt);
  });

  test('that is not loaded, or is for another domain, is refused, and the call goes on as it was', async () => {
    const { handle, ask, end } = await begin();
    const refusal = (adapter: string) =>
      handle.executeUpdate(useAdapterUpdate, { args: [{ adapter }] }).then(
        () => undefined,
        (error: Error) => (error.cause as Error).message,
      );
    expect(await refusal('nobody')).toContain('No adapter nobody is loaded: loaded are');
    expect(await refusal(names.clinical)).toContain(
      'is for the domain clinic, and this call is about banking',
    );
    expect(await refusal('Not A Name')).toContain('an adapter is a word like formal');
    await handle.signal(useAdapterSignal, { adapter: 'nobody' });
    await handle.signal('useAdapter', { name: names.curt });
    await expect.poll(async () => (await handle.query(stateQuery)).rejectedSignals, PATIENCE).toBe(2);
    expect(await ask(1)).toBe('As always.');
    expect(await end()).toEqual(['default']);
  });

  test('that fails gives way to the model without it in the same turn, and to the one before in the next', async () => {
    const { session, handle, ask, end } = await begin();
    await handle.executeUpdate(useAdapterUpdate, { args: [{ adapter: names.polite }] });
    await ask(1);
    await handle.executeUpdate(useAdapterUpdate, { args: [{ adapter: names.broken }] });
    expect(await ask(2)).toBe('As always.');
    await expect.poll(async () => (await handle.query(stateQuery)).adapter, PATIENCE).toBe(names.polite);
    expect((await handle.query(stateQuery)).adapterTrouble).toEqual({
      adapter: names.broken,
      reason: 'these weights are of no use',
      turn: 2,
    });
    expect(await ask(3)).toBe('With pleasure.');
    expect(await end()).toEqual([names.polite, 'default', names.polite]);
    expect((await control.state()).history.at(-1)).toMatchObject({ what: 'failed', session });
  });

  test('is chosen for new calls by their session: the same share each time', async () => {
    await control.activate({ adapter: names.polite });
    await control.activate({ adapter: names.curt, percent: 30 });
    // Their hashes fall below and above 30.
    const answers = async (session: string) => {
      const { handle, ask, end } = await begin(session);
      await chosen(handle);
      await ask(1);
      return (await end())[0];
    };
    const run = randomUUID().slice(0, 8);
    const sessions = Array.from({ length: 12 }, (_, i) => `share-${run}-${i}`);
    const given = await Promise.all(sessions.map(answers));
    const { active } = await control.state();
    const plan = { revision: 0, loaded: [], active };
    expect(given).toEqual(sessions.map((session) => adapterForNewCall(plan, 'banking', session)));
    await control.rollback('banking');
    expect((await control.state()).active.banking).toEqual({ base: names.polite });
    await control.activate({ adapter: 'default' });
  });

  test('that fails is taken away from new calls too, which is told with the reason', async () => {
    await control.activate({ adapter: names.polite });
    await control.activate({ adapter: names.broken });
    const { session, handle, ask, end } = await begin();
    await chosen(handle);
    expect(await ask(1)).toBe('As always.');
    await expect
      .poll(async () => (await control.state()).active.banking, PATIENCE)
      .toEqual({ base: names.polite });
    const { history } = await control.state();
    expect(history.slice(-2)).toMatchObject([
      { what: 'failed', adapter: names.broken, reason: 'these weights are of no use', session },
      { what: 'rolled back', adapter: names.polite, domain: 'banking', reason: `${names.broken} failed` },
    ]);
    await end();
  });
});
