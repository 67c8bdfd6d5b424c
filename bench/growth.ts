import { parseArgs } from 'node:util';
import { Client, Connection } from '@temporalio/client';
import { Redis } from 'ioredis';
import { loadConfig } from '../config/load.ts';
import { SetupError } from '../deploy/local/setup-error.ts';
import { openDatabase } from '../store/database.ts';
import { StreamHub } from '../stream/hub.ts';
import { fillAnswers, fillCalls } from './growth/fillings.ts';
import { costsOfCall, type Servers, type TurnCosts } from './growth/turn-costs.ts';
import { report, startPlatform } from './platform.ts';
import { table } from './statistics.ts';

/**
 * Whether a turn costs the same late in a call as early, with many past calls as with few, with many stored answers as
 * with few. Calls are typed and heard in no time, so their turns follow upon each other.
 */
const WINDOW = 40;
const LATE = 1_000;
const PAST_CALLS = [1_000, 1_000_000];
const ANSWERS = [100, 100_000];
/** The larger may cost so much more than the smaller. */
const MOST = 1.3;
const PARTS = ['turns', 'past-calls', 'answers'] as const;
const FIRST = { from: 10, to: 10 + WINDOW - 1 };
const LAST = { from: LATE - WINDOW + 1, to: LATE };

export async function run(args: string[]) {
  const { values } = parseArgs({ args, options: { only: { type: 'string' } } });
  if (values.only && !PARTS.some((part) => part === values.only)) {
    throw new SetupError(`--only takes ${PARTS.join(', ')}, not ${values.only}`);
  }
  const isWanted = (part: (typeof PARTS)[number]) => !values.only || values.only === part;
  const platform = await startPlatform();
  const connection = await Connection.connect({ address: platform.env.TEMPORAL_ADDRESS });
  const hub = new StreamHub(loadConfig(platform.env).redis, () => undefined);
  const redis = new Redis(platform.redisUrl);
  const db = openDatabase({ url: platform.databaseUrl }, () => undefined);
  const servers: Servers = { platform, client: new Client({ connection }), hub, redis };
  const rows: Row[] = [];
  const early = async () => (await costsOfCall(servers, [FIRST]))[0]!;
  try {
    await early();
    if (isWanted('turns')) {
      report(`a call of ${LATE} turns`);
      const [first, last] = await costsOfCall(servers, [FIRST, LAST]);
      rows.push({ what: 'turn 10', costs: first! }, { what: `turn ${LATE}`, costs: last! });
    }
    for (const calls of isWanted('past-calls') ? PAST_CALLS : []) {
      report(`${calls} past calls`);
      await fillCalls(db, calls);
      rows.push({ what: `${calls} past calls`, costs: await early() });
    }
    for (const entries of isWanted('answers') ? ANSWERS : []) {
      report(`${entries} stored answers`);
      await fillAnswers(db, entries);
      rows.push({ what: `${entries} stored answers`, costs: await early() });
    }
    print(rows);
  } finally {
    await db.end();
    redis.disconnect();
    await hub.close();
    await connection.close();
    await platform.stop();
  }
}

interface Row {
  what: string;
  costs: TurnCosts;
}

const columns: [string, keyof TurnCosts, number][] = [
  ['ms a turn', 'ms', 1],
  ['CPU ms, all', 'cpuMs', 1],
  ['CPU ms, Postgres', 'postgresCpuMs', 1],
  ['Redis commands', 'redisCommands', 1],
  ['Redis kB', 'redisKb', 1],
];

function print(rows: Row[]) {
  const lines: (string | number)[][] = [['of a turn', ...columns.map(([name]) => name)]];
  const verdicts: string[] = [];
  for (let i = 0; i < rows.length; i += 2) {
    const [few, many] = [rows[i]!, rows[i + 1]!];
    for (const { what, costs } of [few, many]) {
      lines.push([what, ...columns.map(([, key, digits]) => costs[key].toFixed(digits))]);
    }
    const ratio = (key: keyof TurnCosts) => many.costs[key] / few.costs[key];
    lines.push(['', ...columns.map(([, key]) => `× ${ratio(key).toFixed(2)}`)]);
    for (const key of ['ms', 'cpuMs', 'redisCommands'] as const) {
      const met = ratio(key) <= MOST;
      if (!met) process.exitCode = 1;
      const name = columns.find(([, column]) => column === key)![0];
      verdicts.push(
        `${met ? 'met   ' : 'MISSED'} ${name}, ${many.what} : ${few.what}, at most × ${MOST}: × ${ratio(key).toFixed(2)}`,
      );
    }
  }
  process.stdout.write(`${table(lines)}\n\n${verdicts.join('\n')}\n`);
}
