import { ApplicationFailure } from '@temporalio/common';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { EffectOutcome } from '../call/effects.ts';
import type { Effects, LlmEngine } from '../engines/llm/engine.ts';
import type { Database } from '../store/database.ts';
import { once } from '../store/effects.ts';
import { streamKey } from '../stream/keys.ts';
import { stagesLostSignal, stateQuery, transcriptQuery, useToolSignal } from '../workflows/messages.ts';
import { openBankDatabase } from './bank-database.ts';
import { CallLab } from './call-lab.ts';

const PLAN = 'payment_plan_create';

/** Sets a plan down in each reply; what happens next is up to the test. */
class PlanningLlm implements LlmEngine {
  readonly name = 'planning';
  readonly outcomes: EffectOutcome[] = [];
  before: (effects: Effects) => Promise<unknown> = async () => undefined;
  after = async () => undefined as unknown;
  /** Another one each time, as a model may word it otherwise when it is asked again. */
  debt = 600;

  warmUp = async () => undefined;
  close = async () => undefined;

  async *reply({ effects }: Parameters<LlmEngine['reply']>[0]) {
    await this.before(effects!);
    const outcome = await effects!.use(PLAN, { debt: this.debt++, months: 6 });
    this.outcomes.push(outcome);
    await this.after();
    yield { type: 'text' as const, text: outcome.done ? 'The plan is set down.' : outcome.message };
  }
}

function signal() {
  let give = () => {};
  const given = new Promise<void>((resolve) => {
    give = resolve;
  });
  return { give, given };
}

describe('a tool with an effect', () => {
  const llm = new PlanningLlm();
  let lab: CallLab;
  let database: Database;
  /** How often the next commits get through without anybody learning of it. */
  let lostCommits = 0;
  /** What every connection waits for. */
  let opened: Promise<unknown> = Promise.resolve();

  beforeAll(async () => {
    database = await openBankDatabase();
    const forgetful = {
      async connect() {
        await opened;
        const client = await database.connect();
        return {
          release: () => client.release(),
          async query(sql: string, values?: unknown[]) {
            const result = await client.query(sql, values);
            if (sql === 'commit' && lostCommits-- > 0) throw new Error('the connection broke');
            return result;
          },
        };
      },
    } as unknown as Database;
    lab = await CallLab.open({ llm, openDatabase: async () => forgetful });
  });
  afterAll(async () => {
    await lab.close();
    await database.end();
  });
  beforeEach(() => {
    llm.outcomes.length = 0;
    llm.debt = 600;
    llm.before = async () => undefined;
    llm.after = async () => undefined;
    lostCommits = 0;
    opened = Promise.resolve();
  });

  const rowsOf = async (session: string) => {
    const { rows } = await database.query(
      'select debt_cents::int as cents from payment_plans where session = $1',
      [session],
    );
    return rows;
  };

  async function ask() {
    const call = await lab.start();
    await call.caller.connect();
    await call.caller.untilHeard('greeting');
    await call.caller.type('let us do it');
    return call;
  }

  /** What the call's stream has of outcomes. */
  async function toldOf(session: string) {
    const entries = await lab.hub.redis.xrange(streamKey(session, 'events'), '-', '+');
    const events = entries.map(([id, fields]) => ({ id, ...JSON.parse(fields[1]!) }));
    return events.filter(({ type }) => type === 'tool.done');
  }

  /** As a failover does that comes before the replica has been told. */
  async function forgetOutcomes(session: string) {
    const told = await toldOf(session);
    expect(told).toHaveLength(1);
    await lab.hub.redis.xdel(streamKey(session, 'events'), told[0].id);
  }

  test.each([
    ['the answer', 1, async () => undefined],
    ['the answer, which Redis has lost', 2, forgetOutcomes],
  ])('is done once when the reply’s worker dies between its commit and %s', async (_, asked, lose) => {
    const died = signal();
    llm.after = async () => {
      if (llm.outcomes.length > 1) return;
      died.give();
      await new Promise(() => undefined);
    };
    const { session, handle, caller } = await ask();
    await died.given;
    await lose(session);
    // What the orchestrator says when a worker's lease has run out.
    const { raw } = await handle.describe();
    const lost = raw.pendingActivities!.map(({ activityId }) => activityId!);
    await handle.signal(stagesLostSignal, { activityIds: lost.filter((id) => id.startsWith('reply-1/')) });
    await caller.untilHeard('reply-1');
    await caller.hangUp();
    await handle.result();
    expect(llm.outcomes).toHaveLength(2);
    expect(llm.outcomes[1]).toEqual(llm.outcomes[0]);
    expect(await rowsOf(session)).toEqual([{ cents: 60_000 }]);
    const { turns } = await handle.query(transcriptQuery);
    expect(turns[0]!.tools).toMatchObject([{ name: PLAN, output: { done: true } }]);
    const { events } = await handle.fetchHistory();
    const signals = events!.filter(
      ({ workflowExecutionSignaledEventAttributes: signal }) => signal?.signalName === 'useTool',
    );
    expect(signals).toHaveLength(asked);
    caller.leave();
  });

  test('is done once when the orchestrator never learns that it was committed', async () => {
    lostCommits = 2;
    const { session, handle, caller } = await ask();
    await caller.untilHeard('reply-1');
    expect(lostCommits).toBeLessThanOrEqual(0);
    // Said after "One moment, please." where that took long.
    expect(caller.heard.at(-1)!.sentences.at(-1)).toBe('The plan is set down.');
    expect(await rowsOf(session)).toHaveLength(1);
    await caller.hangUp();
    await handle.result();
    caller.leave();
  });

  test('that failed for good is told of all the same', async () => {
    opened = Promise.reject(ApplicationFailure.nonRetryable('it broke', 'BadInput'));
    opened.catch(() => undefined);
    const { session, handle, caller } = await ask();
    await caller.untilHeard('reply-1');
    expect(llm.outcomes).toMatchObject([{ done: false, why: 'unavailable' }]);
    expect(await toldOf(session)).toMatchObject([{ use: `tool-1-${PLAN}-1`, outcome: llm.outcomes[0] }]);
    await caller.hangUp();
    await handle.result();
    caller.leave();
  });

  test('is one of 20 that may wait in a call; more are ignored and counted', async () => {
    const free = signal();
    opened = free.given;
    const { handle, caller } = await lab.start();
    await caller.connect();
    const use = { turn: 1, tool: PLAN, input: { debt: 600, months: 6 } };
    for (let nth = 1; nth <= 20; nth += 1) await handle.signal(useToolSignal, { ...use, nth });
    await handle.signal(useToolSignal, { ...use, nth: 1 });
    await handle.signal(useToolSignal, { ...use, turn: 2, nth: 1 });
    expect((await handle.query(stateQuery)).rejectedSignals).toBe(2);
    free.give();
    await caller.hangUp();
    await handle.result();
    caller.leave();
  });

  test('belongs to the turn also when the call ends before the reply', async () => {
    const used = signal();
    const { outcomes } = llm;
    llm.after = async () => {
      used.give();
      await new Promise(() => undefined);
    };
    const { session, handle, caller } = await ask();
    await used.given;
    expect(outcomes).toHaveLength(1);
    await caller.hangUp();
    await handle.result();
    const { turns } = await handle.query(transcriptQuery);
    expect(turns.flatMap(({ tools }) => tools.map(({ name }) => name))).toEqual([PLAN]);
    expect(await rowsOf(session)).toHaveLength(1);
    caller.leave();
  });

  test('that is refused, or given a wrong input, says why and leaves no row', async () => {
    llm.before = async (effects) => {
      const refused = await effects.use('block_card', {});
      expect(refused).toMatchObject({ done: false, why: 'identity' });
      const wrong = await effects.use(PLAN, { debt: 'much', months: 6 });
      expect(wrong).toMatchObject({ done: false, why: 'input' });
      const unknown = await effects.use('send_money', {});
      expect(unknown).toMatchObject({ done: false, why: 'input' });
      const large = await effects.use(PLAN, { debt: 1, months: 600 });
      expect(large).toMatchObject({ done: false, why: 'refused' });
      const huge = await effects.use(PLAN, { debt: 'x'.repeat(10_000) });
      expect(huge).toMatchObject({ done: false, why: 'unavailable' });
    };
    const { session, handle, caller } = await ask();
    await caller.untilHeard('reply-1');
    // The one that came last, with nothing wrong.
    expect(await rowsOf(session)).toHaveLength(1);
    await caller.hangUp();
    await handle.result();
    caller.leave();
  });

  test('runs once for a key however many ask at the same time', async () => {
    let runs = 0;
    const use = { key: `test-${Date.now()}`, session: 'test', tool: 'count' };
    const results = await Promise.all(
      Array.from({ length: 8 }, () => once(database, use, async () => ({ run: (runs += 1) }))),
    );
    expect(runs).toBe(1);
    expect(results).toEqual(Array.from({ length: 8 }, () => ({ run: 1 })));
  });

  test('that fails leaves nothing, and can be tried again', async () => {
    const use = { key: `failing-${Date.now()}`, session: 'failing', tool: 'count' };
    const failing = once(database, use, async (query) => {
      await query('insert into payment_plans (key, session, debt_cents, months) values ($1, $2, 1, 1)', [
        use.key,
        use.session,
      ]);
      throw new Error('it broke');
    });
    await expect(failing).rejects.toThrow('it broke');
    expect(await rowsOf('failing')).toEqual([]);
    expect(await once(database, use, async () => 'second')).toBe('second');
  });
});
