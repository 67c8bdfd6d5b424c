import { setTimeout as sleep } from 'node:timers/promises';
import { Client, Connection } from '@temporalio/client';
import { Redis } from 'ioredis';
import { workflowIdOf } from '../call/request.ts';
import { assertNoneLost, startCallers } from './meter/callers.ts';
import { type Platform, report, startPlatform } from './platform.ts';
import { table } from './statistics.ts';
import { PostgresDoor } from './turn-cost/postgres-door.ts';
import { redisCounts } from './turn-cost/redis-counts.ts';
import { countsOfCall, heartbeats } from './turn-cost/temporal-counts.ts';

/**
 * What a turn costs Temporal, Redis and Postgres: long calls against short ones, so that what a call costs once is told
 * apart; what the platform does without calls is taken off. Twilio calls in real time, with all stages that a call has by
 * default. Each has a budget, which is what was measured and some tenth more; exits with 1 where one is over.
 */
const CALLS = 5;
const SHORT = 2;
const LONG = 8;
const STAGGER_MS = 2_000;
const IDLE_MS = 10_000;
/** Rows and the call's end are written after its caller has hung up. */
const SETTLE_MS = 4_000;

type Count =
  | 'Temporal events'
  | 'Temporal workflow tasks'
  | 'Temporal Cloud actions'
  | 'Temporal heartbeats'
  | 'Redis commands'
  | 'Redis kB'
  | 'Postgres statements'
  | 'Postgres kB';
type Counts = Record<Count, number>;

const budget: Partial<Counts> = {
  'Temporal events': 32,
  'Temporal workflow tasks': 5.2,
  'Temporal Cloud actions': 8,
  'Redis commands': 185,
  'Redis kB': 145,
  'Postgres statements': 2,
  'Postgres kB': 5,
};

export async function run() {
  const door = new PostgresDoor();
  const platform = await startPlatform({ door: (url) => door.openBefore(url) });
  const connection = await Connection.connect({ address: platform.env.TEMPORAL_ADDRESS });
  const client = new Client({ connection });
  const redis = new Redis(platform.redisUrl);
  try {
    const meter = new Meter(platform, door, client, redis);
    await meter.calls(1);
    report('nobody calls');
    await meter.idle();
    report(`${CALLS} calls of ${SHORT} turns, then as many of ${LONG}`);
    const short = await meter.calls(SHORT);
    const long = await meter.calls(LONG);
    print(short, long);
  } finally {
    redis.disconnect();
    await connection.close();
    await platform.stop();
    door.close();
  }
}

class Meter {
  /** A second, of the platform without calls. */
  private rates: Partial<Counts> = {};
  readonly byCommand: Record<string, number> = {};

  constructor(
    private readonly platform: Platform,
    private readonly door: PostgresDoor,
    private readonly client: Client,
    private readonly redis: Redis,
  ) {}

  async idle() {
    const before = await this.look();
    await sleep(IDLE_MS);
    const after = await this.look();
    this.rates = difference(after.counts, before.counts, (value) => value / (IDLE_MS / 1_000));
  }

  /** What a call of so many turns takes. */
  async calls(turns: number): Promise<Counts & { byCommand: Record<string, number> }> {
    const before = await this.look();
    const began = performance.now();
    const customParameters = { 'set.endpointingMs': '0', 'set.endpointingMaxMs': '0' };
    const plan = {
      url: this.platform.twilioUrl,
      calls: CALLS,
      turns,
      staggerMs: STAGGER_MS,
      customParameters,
    };
    const result = await startCallers(plan).over;
    assertNoneLost(result);
    const sessions = result.calls.map(({ session }) => session);
    await Promise.all(
      sessions.map((session) => this.client.workflow.getHandle(workflowIdOf(session)).result()),
    );
    await sleep(SETTLE_MS);
    const after = await this.look();
    const seconds = (performance.now() - began) / 1_000;
    const counts = difference(
      after.counts,
      before.counts,
      (value, name) => (value - (this.rates[name] ?? 0) * seconds) / CALLS,
    );
    for (const session of sessions) {
      const { events, workflowTasks, actions } = await countsOfCall(this.client, session);
      counts['Temporal events'] += events / CALLS;
      counts['Temporal workflow tasks'] += workflowTasks / CALLS;
      counts['Temporal Cloud actions'] += actions / CALLS;
    }
    counts['Temporal Cloud actions'] += counts['Temporal heartbeats'];
    const byCommand = difference(after.byCommand, before.byCommand, (value) => value / CALLS);
    return { ...counts, byCommand };
  }

  private async look() {
    const { commands, bytes, byCommand } = await redisCounts(this.redis);
    const counts: Counts = {
      'Temporal events': 0,
      'Temporal workflow tasks': 0,
      'Temporal Cloud actions': 0,
      'Temporal heartbeats': await heartbeats(this.platform.healthUrls),
      'Redis commands': commands,
      'Redis kB': bytes / 1_000,
      'Postgres statements': this.door.statements,
      'Postgres kB': this.door.bytes / 1_000,
    };
    return { counts, byCommand };
  }
}

function difference<K extends string>(
  after: Record<K, number>,
  before: Record<K, number>,
  of: (value: number, name: K) => number,
): Record<K, number> {
  const names = Object.keys(after) as K[];
  return Object.fromEntries(
    names.map((name) => [name, of(after[name] - (before[name] ?? 0), name)]),
  ) as Record<K, number>;
}

type CallCounts = Awaited<ReturnType<Meter['calls']>>;

function print({ byCommand: few, ...short }: CallCounts, { byCommand: many, ...long }: CallCounts) {
  const perTurn = difference(long, short, (value) => value / (LONG - SHORT));
  const rows = (Object.keys(perTurn) as Count[]).map((name) => {
    const limit = budget[name];
    const over = limit !== undefined && perTurn[name] > limit;
    if (over) process.exitCode = 1;
    return [
      name,
      perTurn[name].toFixed(1),
      limit ?? '–',
      limit === undefined ? '' : over ? 'OVER' : 'within',
      (short[name] - SHORT * perTurn[name]).toFixed(1),
    ];
  });
  const commands = Object.entries(difference(many, few, (value) => value / (LONG - SHORT)))
    .filter(([, calls]) => calls >= 0.5)
    .sort(([, a], [, b]) => b - a)
    .map(([name, calls]) => `${name} ${calls.toFixed(1)}`);
  process.stdout.write(
    `${table([['of a turn', 'count', 'budget', '', 'and of a call, once'], ...rows])}\n\n` +
      `Redis commands of a turn, those inside of scripts too: ${commands.join(', ')}\n`,
  );
}
