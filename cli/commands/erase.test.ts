import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadConfig } from '../../config/load.ts';
import { type Database, openDatabase } from '../../store/database.ts';
import { migrate } from '../../store/migrate.ts';
import { streamKey } from '../../stream/keys.ts';
import { rowsOf, someFacts, someTurn } from '../../test/analytics-rows.ts';
import { CallLab } from '../../test/call-lab.ts';
import { orkestra } from '../testing/captured-run.ts';

describe('what is kept of calls', () => {
  const customer = `cust-${randomUUID().slice(0, 8)}`;
  const folder = mkdtempSync(join(tmpdir(), 'orkestra-erase-'));
  let lab: CallLab;
  let db: Database;
  beforeAll(async () => {
    process.env.ORKESTRA_RECORDINGS = folder;
    lab = await CallLab.open();
    db = openDatabase(loadConfig().postgres, () => undefined);
    await migrate(db);
  });
  afterAll(async () => {
    delete process.env.ORKESTRA_RECORDINGS;
    await lab.close();
    await db.end();
    rmSync(folder, { recursive: true });
  });

  const countOf = async (table: string, session: string) => {
    const { rows } = await db.query(`select count(*)::int as n from ${table} where session = $1`, [session]);
    return rows[0].n;
  };

  /** A call that has ended, with a row, a turn, a note of a tool, a recording, its stream and its history. */
  async function endedCall() {
    const { session, handle, caller } = await lab.start();
    await caller.connect();
    await caller.untilHeard('greeting');
    await caller.hangUp();
    await handle.result();
    caller.leave();
    const at = Date.now();
    const rows = rowsOf(db, session, `t${session}`);
    await rows.turn(someTurn(at), someFacts(at));
    await rows.call(at, { customer });
    await db.query(`insert into effects (key, session, tool) values ($1, $1, 'look')`, [session]);
    writeFileSync(join(folder, `${session}.wav`), 'sound');
    return session;
  }

  test('of a customer is counted first, then erased everywhere, and of nobody else', async () => {
    const [one, two] = [await endedCall(), await endedCall()];
    const other = `other-${one}`;
    await rowsOf(db, other, 'banking').turn(someTurn(Date.now()), someFacts(Date.now()));
    const all = { calls: 2, turns: 2, effects: 2, recordings: 2, streams: 2, histories: 2 };
    const counted = await orkestra(['erase', '--customer', customer, '--dry-run', '--json']);
    expect(counted).toMatchObject({ code: 0, stderr: '' });
    expect(JSON.parse(counted.stdout)).toMatchObject({ dryRun: true, sessions: [one, two], ...all });
    expect(await countOf('turns', one)).toBe(1);
    const erased = await orkestra(['erase', '--customer', customer, '--yes', '--json']);
    expect(erased).toMatchObject({ code: 0, stderr: '' });
    expect(JSON.parse(erased.stdout)).toMatchObject({ dryRun: false, ...all });
    for (const session of [one, two]) {
      for (const table of ['turns', 'turns_to_add', 'calls', 'effects'])
        expect(await countOf(table, session)).toBe(0);
      expect(await lab.hub.redis.exists(streamKey(session, 'events'))).toBe(0);
    }
    expect(readdirSync(folder)).toEqual([]);
    expect(await countOf('turns', other)).toBe(1);
    const again = await orkestra(['erase', '--customer', customer, '--yes']);
    expect(again.code).toBe(1);
    expect(again.stderr).toMatch(/There are no calls of customer cu•••.. that have ended/);
  });

  test('is not erased while a call goes on', async () => {
    const { session, handle } = await lab.start();
    const { code, stderr } = await orkestra(['erase', '--session', session, '--yes']);
    expect(code).toBe(1);
    expect(stderr).toContain(
      `Call ${session} goes on: end it with \`orkestra end-call ${session}\`, then erase.`,
    );
    await handle.terminate();
  });

  // A hundred years ago: no other test has rows there.
  test('goes by age: recordings too', async () => {
    const [old, young] = [join(folder, 'old.wav'), join(folder, 'young.vtt')];
    for (const file of [old, young]) writeFileSync(file, 'sound');
    mkdirSync(join(folder, '.calls'));
    const longAgo = new Date('1915-01-01');
    utimesSync(old, longAgo, longAgo);
    const at = longAgo.getTime();
    const session = `old-${customer}`;
    await rowsOf(db, session, `t${customer}`).turn(someTurn(at), someFacts(at));
    const counted = await orkestra(['retention', '--older-than', '36000d', '--dry-run', '--json']);
    expect(JSON.parse(counted.stdout)).toMatchObject({
      dryRun: true,
      turns: expect.any(Number),
      recordings: 1,
    });
    expect(existsSync(old)).toBe(true);
    const { code, stdout } = await orkestra(['retention', '--older-than', '36000d', '--yes']);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^Deleted from before .*\n\s+\d+ {2}turns\n/);
    expect([existsSync(old), existsSync(young)]).toEqual([false, true]);
    expect(await countOf('turns', session)).toBe(0);
  });

  test.each([
    [['erase', '--yes'], 'Say whose calls'],
    [['erase', '--customer', 'a', '--session', 'abc', '--yes'], 'Say whose calls'],
    [['erase', '--customer', 'a'], 'Say --dry-run to see what would be erased'],
    [['erase', '--customer', 'a', '--yes', '--dry-run'], 'Say --dry-run'],
    [['erase', '--phone', '555', '--yes'], 'a phone number is written in E.164'],
    [['retention', '--older-than', '90d'], 'Say --dry-run to see what would be deleted'],
    [['retention', '--older-than', '3m', '--yes'], '--older-than: takes days from 1d'],
    [['retention', '--older-than', '0d', '--yes'], '--older-than: takes days from 1d'],
    [['retention'], '--older-than'],
  ])('%j is refused', async (args, message) => {
    const { code, stdout, stderr } = await orkestra(args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(message);
  });
});
