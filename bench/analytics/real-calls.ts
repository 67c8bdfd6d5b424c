import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { stringify } from 'smol-toml';
import { buildReport } from '../../cli/report/build.ts';
import type { Report } from '../../cli/report/report.ts';
import { configSchema } from '../../config/schema.ts';
import { type Database, openDatabase } from '../../store/database.ts';
import { priceTableSchema } from '../../store/prices.ts';
import { CallStream } from '../../stream/call-stream.ts';
import { StreamHub } from '../../stream/hub.ts';
import { loadUtterances } from '../utterances.ts';
import { type Platform, report, startPlatform } from '../platform.ts';
import { median, percentile, table } from '../statistics.ts';
import { type CallerReport, TwilioCaller } from '../twilio-caller.ts';
import { type RawCall, recompute } from './recomputation.ts';

const CALLS = 12;
const TURNS = 4;
/** Callers of whom two are the same person. */
const CUSTOMERS = 9;
const STAGGER_MS = 1_000;
const ROWS_LIMIT_MS = 60_000;
/** A report may be wrong by so much of a figure. */
const TOLERANCE = 0.001;
/** What the rows call voice to voice is what the caller's end measures, within so much, ms. */
const HEARD_TARGET_MS = 50;

const prices = priceTableSchema.parse({
  currency: 'USD',
  stt: { scripted: { minute: 0.0123 } },
  llm: { scripted: { input: 0.31, output: 1.7 } },
  tts: { scripted: { characters: 0.017 } },
  line: { twilio: { minute: 0.0085 } },
});

/**
 * Real calls over Twilio media streams, scripted engines: what reports say of them against what their raw events say,
 * and what the rows call voice to voice against what the callers' own sockets saw. Whether both are right.
 */
export async function measureRealCalls(): Promise<boolean> {
  const folder = mkdtempSync(join(tmpdir(), 'orkestra-prices-'));
  const file = join(folder, 'prices.toml');
  writeFileSync(file, stringify(prices));
  const platform = await startPlatform({ engines: { ORKESTRA_PRICES: file } });
  const db = openDatabase({ url: platform.databaseUrl }, () => undefined);
  try {
    const from = new Date();
    const { raw, callers } = await makeCalls(platform);
    await untilWritten(db);
    const figures = await reported(db, { from, to: new Date(Date.now() + 1_000) });
    return [judgeFigures(figures, recompute(raw, prices)), await judgeWaits(db, callers)].every(Boolean);
  } finally {
    await db.end();
    await platform.stop();
    rmSync(folder, { recursive: true });
  }
}

async function makeCalls(platform: Platform): Promise<{ raw: RawCall[]; callers: CallerReport[] }> {
  const hub = new StreamHub(configSchema.parse({ redis: { url: platform.redisUrl } }).redis, () => undefined);
  const utterances = loadUtterances();
  const made = await Promise.all(
    Array.from({ length: CALLS }, async (_, i) => {
      await sleep(STAGGER_MS * i);
      const raw: RawCall = { session: `analytics-${i}`, customer: `customer-${i % CUSTOMERS}`, events: [] };
      let over!: () => void;
      const ended = new Promise<void>((resolve) => (over = resolve));
      await new CallStream(hub, raw.session).onEvents('0', (event) => {
        raw.events.push(event);
        if (event.type === 'call.ended') over();
      });
      const mine = Array.from({ length: TURNS }, (__, n) => utterances[(i + n) % utterances.length]!);
      const parameters = { customer: raw.customer, 'set.cache': 'false' };
      const pause = () => 400 + Math.random() * 500;
      const caller = await new TwilioCaller(platform.twilioUrl, raw.session, mine, pause, parameters).run();
      if (caller.lost) throw new Error(`the call ${raw.session} was lost: ${caller.lost}`);
      await ended;
      return { raw, caller };
    }),
  );
  await hub.close();
  report(`${CALLS} calls of ${TURNS} turns: done`);
  return { raw: made.map(({ raw }) => raw), callers: made.map(({ caller }) => caller) };
}

/** Rows are written off the caller's path: a moment after the call. */
async function untilWritten(db: Database) {
  const limit = Date.now() + ROWS_LIMIT_MS;
  for (;;) {
    const { rows } = await db.query<{ calls: number }>('select count(*)::int as calls from calls');
    if (rows[0]!.calls === CALLS) return;
    if (Date.now() > limit) throw new Error(`only ${rows[0]!.calls} of ${CALLS} calls have a row`);
    await sleep(200);
  }
}

async function reported(db: Database, range: { from: Date; to: Date }): Promise<Record<string, number>> {
  const options = { currency: prices.currency, drawn: false };
  const make = (kind: 'summary' | 'performance' | 'usage') => buildReport(db, kind, range, options);
  const [summary, performance, usage] = [
    await make('summary'),
    await make('performance'),
    await make('usage'),
  ];
  const figure = (of: Report, name: string) =>
    Number(of.sections.flatMap(({ rows }) => rows).find((row) => row.figure === name)!.value);
  const mean = (stage: string) =>
    Number(performance.sections[0]!.rows.find((row) => row.stage === stage)!.mean);
  return {
    calls: figure(summary, 'calls'),
    turns: figure(summary, 'turns'),
    'mean handle time, s': figure(summary, 'mean handle time'),
    'first-call resolution': figure(summary, 'first-call resolution'),
    ...Object.fromEntries(
      ['p50', 'p90', 'p95', 'p99'].map((p) => [
        `voice to voice ${p}, ms`,
        figure(summary, `voice to voice, ${p}`),
      ]),
    ),
    'mean until the silence is noticed, ms': mean('silence noticed'),
    'mean from there to the final words, ms': mean('words recognised') + mean('end of turn decided'),
    'mean from there to the first sound, ms': mean('reply written') + mean('reply voiced'),
    'tokens in': figure(usage, 'tokens into models'),
    'tokens out': figure(usage, 'tokens out of models'),
    'characters spoken': figure(usage, 'characters spoken'),
    'audio recognised, min': figure(usage, 'audio recognised'),
    cost: figure(summary, 'cost'),
  };
}

function judgeFigures(said: Record<string, number>, true_: Record<string, number>): boolean {
  const rows = Object.entries(true_).map(([name, value]) => {
    const off = Math.abs(said[name]! - value) / Math.abs(value);
    return { name, said: said[name]!, value, off };
  });
  const number = (value: number) => (Number.isInteger(value) ? String(value) : value.toPrecision(7));
  const lines = rows.map(({ name, said: one, value, off }) => [
    name,
    number(one),
    number(value),
    `${(100 * off).toFixed(4)} %`,
  ]);
  process.stdout.write(`\n${table([['figure', 'report', 'raw events', 'off by'], ...lines])}\n`);
  const met = rows.every(({ off }) => off <= TOLERANCE);
  process.stdout.write(
    `Target: every figure within ${100 * TOLERANCE} % of the raw events: ${met ? 'met' : 'MISSED'}\n`,
  );
  return met;
}

/** Turn by turn: the callers spoke the turns in order, so where one is missing, its call is left out. */
async function judgeWaits(db: Database, callers: CallerReport[]): Promise<boolean> {
  const differences: number[] = [];
  let leftOut = 0;
  for (const { session, turns } of callers) {
    const { rows } = await db.query<{ wait: number | null }>(
      'select voice_to_voice_ms as wait from turns where session = $1 order by turn',
      [session],
    );
    if (rows.length !== turns.length) leftOut += 1;
    else
      rows.forEach(({ wait }, i) => {
        const { lastSpeechSentAt, firstMediaAt } = turns[i]!;
        if (wait !== null) differences.push(wait - (firstMediaAt - lastSpeechSentAt));
      });
  }
  const sizes = differences.map(Math.abs);
  const ms = (value: number) => value.toFixed(1);
  const heading = ['turns', 'calls left out', 'rows − callers p50, ms', 'apart p50', 'p95', 'most'];
  const row = [
    sizes.length,
    leftOut,
    ...[median(differences), median(sizes), percentile(sizes, 0.95), Math.max(...sizes)].map(ms),
  ];
  process.stdout.write(`\n${table([heading, row])}\n`);
  const met = percentile(sizes, 0.95) <= HEARD_TARGET_MS && sizes.length > (CALLS * TURNS) / 2;
  process.stdout.write(
    `Target: voice to voice as the caller's socket saw it, within ${HEARD_TARGET_MS} ms at p95: ${met ? 'met' : 'MISSED'}\n`,
  );
  return met;
}
