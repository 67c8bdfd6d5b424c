import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadConfig } from '../config/load.ts';
import { rowsOf, someFacts, someTurn } from '../test/analytics-rows.ts';
import { type Database, openDatabase } from './database.ts';
import { migrate } from './migrate.ts';
import { countOlderThan, deleteOlderThan } from './retention.ts';
import { addTurnsToHours } from './turn-hours.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
/** A time of this test alone: retention deletes by time, whoever's rows they are. */
const LONG_AGO = Date.UTC(1999, 4, 3, 10);

describe('analytics rows', () => {
  let db: Database;
  beforeAll(async () => {
    db = openDatabase(loadConfig().postgres, () => undefined);
    await migrate(db);
  });
  afterAll(() => db.end());

  const name = () => `t${randomUUID().slice(0, 8)}`;
  const one = async (sql: string, values: unknown[]) => (await db.query(sql, values)).rows[0];
  const addAll = async () => {
    // Another process of the tests may be at it.
    while ((await one('select count(*)::int as n from turns_to_add', [])).n > 0) await addTurnsToHours(db);
  };

  test('hold the stages of a wait, which add up to it, and what each engine cost', async () => {
    const [session, domain] = [name(), name()];
    await rowsOf(db, session, domain).turn(someTurn(LONG_AGO), someFacts(LONG_AGO));
    const row = await one('select * from turns where session = $1', [session]);
    expect(row).toMatchObject({ outcome: 'answered', input_tokens: 100, first_token_ms: 40 });
    const stages = ['detection_ms', 'recognition_ms', 'endpointing_ms', 'reply_ms', 'speech_ms'];
    expect(stages.map((stage) => row[stage])).toEqual([200, 30, 20, 150, 100]);
    expect(row.listen_cost).toBeCloseTo(0.012);
    expect(row.reply_cost).toBeCloseTo(0.12);
    expect(row.speak_cost).toBeCloseTo(0.2);
  });

  test('say how a turn was answered', async () => {
    const [session, domain] = [name(), name()];
    const rows = rowsOf(db, session, domain);
    const facts = someFacts(LONG_AGO);
    await rows.turn(someTurn(LONG_AGO, { turn: 1, source: 'apology' }), facts);
    await rows.turn(someTurn(LONG_AGO, { turn: 2, answer: 'I can’t help with that.' }), facts);
    await rows.turn(someTurn(LONG_AGO, { turn: 3, interrupted: true }), facts);
    await rows.turn(someTurn(LONG_AGO, { turn: 4, heard: '' }), facts);
    await rows.turn(someTurn(LONG_AGO, { turn: 5 }), { ...facts, failed: true });
    const { rows: found } = await db.query('select outcome from turns where session = $1 order by turn', [
      session,
    ]);
    const outcomes = found.map(({ outcome }) => outcome);
    expect(outcomes).toEqual(['apology', 'not-understood', 'interrupted', 'unheard', 'failed']);
  });

  test('count once in the hourly figures however often they are written', async () => {
    const [session, domain] = [name(), name()];
    const rows = rowsOf(db, session, domain);
    for (const turn of [1, 2, 1]) {
      const tools = [{ name: 'lookup', input: {}, output: { done: turn === 1 } }];
      await rows.turn(someTurn(LONG_AGO, { turn, tools }), someFacts(LONG_AGO));
    }
    await addAll();
    await rows.turn(someTurn(LONG_AGO, { turn: 2 }), someFacts(LONG_AGO));
    await rows.turn(
      someTurn(LONG_AGO + HOUR - 1, { turn: 3 }),
      someFacts(LONG_AGO, { fallbacks: ['speak'] }),
    );
    await addAll();
    const hour = await one('select * from turn_hours where domain = $1', [domain]);
    expect(hour).toMatchObject({
      turns: 3,
      speak_fallbacks: 1,
      input_tokens: '300',
      hour: new Date(LONG_AGO),
    });
    expect([0, 4, 8].map((at) => hour.voice_to_voice.readFloatBE(at))).toEqual([500, 500, 500]);
    const tool = await one('select * from tool_hours where domain = $1', [domain]);
    expect(tool).toMatchObject({ tool: 'lookup', uses: 2, not_done: 1 });
  });

  test('tell a call when its customer, or its phone, called again, in whatever order they come', async () => {
    const [domain, customer, phone] = [name(), name(), `+1${Date.now()}`];
    const at = (days: number) => LONG_AGO + days * DAY;
    const call = (session: string, days: number, who: object) =>
      rowsOf(db, `${domain}-${session}`, domain).call(at(days), who);
    await call('third', 3, { customer });
    await call('first', 0, { customer, phone });
    await call('second', 2, { phone });
    await call('earlier', 1, { customer });
    await call('elsewhere', 4, {});
    const { rows } = await db.query('select session, followed_at from calls where domain = $1', [domain]);
    const followed = rows.map((row) => [row.session.slice(domain.length + 1), row.followed_at?.getTime()]);
    expect(Object.fromEntries(followed)).toEqual({
      first: at(1),
      earlier: at(3),
      second: undefined,
      third: undefined,
      elsewhere: undefined,
    });
  });

  test('say what became of a call, how long nobody spoke, and what its line cost', async () => {
    const [session, domain] = [name(), name()];
    await rowsOf(db, session, domain).call(LONG_AGO);
    const row = await one('select * from calls where session = $1', [session]);
    expect(row).toMatchObject({ outcome: 'completed', resolved: true, silent_ms: 27_000, cost: 0.01 });
  });

  test('go when they are old, and no others', async () => {
    const [old, young, domain] = [name(), name(), name()];
    const before = Date.UTC(1998, 0, 1, 0, 30);
    for (const [session, at] of [
      [old, before - HOUR],
      [young, before],
    ] as const) {
      await rowsOf(db, session, domain).turn(someTurn(at), someFacts(at));
      await rowsOf(db, session, domain).call(at);
    }
    await addAll();
    expect(await countOlderThan(db, new Date(before))).toMatchObject({ turns: 1, calls: 1, turn_hours: 1 });
    expect(await deleteOlderThan(db, new Date(before))).toMatchObject({ turns: 1, calls: 1, turn_hours: 1 });
    const { rows } = await db.query('select session from turns where domain = $1', [domain]);
    expect(rows).toEqual([{ session: young }]);
    expect(await one('select count(*)::int as n from turn_hours where domain = $1', [domain])).toEqual({
      n: 1,
    });
    await deleteOlderThan(db, new Date(before + HOUR));
  });
});
