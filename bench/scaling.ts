import { measured } from './scaling/measured.ts';
import {
  askedByTurn,
  assumed,
  callsEach,
  type Engines,
  type Plan,
  plan,
  saturation,
} from './scaling/plan.ts';
import { servers, simulateServer, simulateShards } from './scaling/simulate.ts';
import { predictedCores } from './scaling/held-to.ts';
import { table } from './statistics.ts';

/**
 * What 100, 10,000 and 1,000,000 calls at once take, from `scaling/measured.json`, and a simulation of what waits where,
 * with each server as full as the plan makes it. Exits with 1 where work would wait too long, or where the plan does not
 * tell the cores of a load that was measured.
 */
const CALLS = [100, 10_000, 1_000_000];
/**
 * On a caller's path one after the other: gateway, Redis, stt, llm, tts; ms in all, which is what Orkestra's own share may
 * be with 100 calls. The sum of each server's p95 is more than the p95 of the sum.
 */
const WAITS_P95_MS = 25;
const SHARD_WAIT_P95_MS = 200;
const TELLS_WITHIN = 0.3;
/** Of a shard that calls are hashed to; each is simulated with as many calls as the plan gives it. */
const SIMULATED_S = 30;
/** Temporal Cloud's list price of a million actions, USD, at the first 5 million of a month and above 100. */
const PRICES = [50, 25];

const whole = (value: number) => Math.round(value).toLocaleString('en-US');
const say = (text: string) => process.stdout.write(`${text}\n\n`);

export async function run() {
  const { turnSeconds } = assumed;
  for (const engines of ['scripted', 'embedded'] as const) {
    const plans = CALLS.map((calls) => plan(measured, calls, engines));
    say(`Processes, ${engines} engines; a turn every ${turnSeconds} s of a call\n\n${processes(plans)}`);
    if (engines === 'scripted') say(`Servers\n\n${serverLoads(plans)}`);
    say(`Full first, ${engines} engines\n\n${fullFirst(engines)}`);
  }
  const actions = (askedByTurn(measured, 'temporalActions', assumed) * 60_000) / turnSeconds;
  const usd = PRICES.map((price) => `$${((actions * price) / 1e6).toFixed(2)}`);
  say(
    `1,000 minutes of calls: ${whole(actions)} actions, on Temporal Cloud ${usd.join(' to ')} at list prices.`,
  );
  const quick = [simulated(), shards(), told()].every(Boolean);
  if (!quick) process.exitCode = 1;
}

function processes(plans: Plan[]): string {
  const head = ['process', 'calls each', ...plans.flatMap(({ calls }) => [whole(calls), 'cores', 'GB'])];
  const rows = plans[0]!.parts.map(({ name, callsEach: each }, i) => [
    name,
    whole(each),
    ...plans.flatMap(({ parts }) => {
      const { count, cores, gigabytes } = parts[i]!;
      return [whole(count), whole(cores), whole(gigabytes)];
    }),
  ]);
  const all = plans.flatMap(({ parts }) =>
    (['count', 'cores', 'gigabytes'] as const).map((key) =>
      whole(parts.reduce((sum, part) => sum + part[key], 0)),
    ),
  );
  return table([head, ...rows, ['all', '', ...all]]);
}

const serverLoads = (plans: Plan[]) =>
  table([
    ['a second', ...plans.map(({ calls }) => whole(calls))],
    ['turns', ...plans.map(({ turnsASecond }) => whole(turnsASecond))],
    ['Temporal: events', ...plans.map(({ temporal }) => whole(temporal.eventsASecond))],
    ['Temporal: shards', ...plans.map(({ temporal }) => whole(temporal.shards))],
    ['Temporal Cloud: actions', ...plans.map(({ temporal }) => whole(temporal.actionsASecond))],
    ['Redis: commands', ...plans.map(({ redis }) => whole(redis.commandsASecond))],
    ['Redis: Mbit', ...plans.map(({ redis }) => whole(redis.megabitsASecond))],
    ['Postgres: statements', ...plans.map(({ postgres }) => whole(postgres.statementsASecond))],
  ]);

const fullFirst = (engines: Engines) =>
  table([
    ['what', 'full at so many calls'],
    ...saturation(measured, engines).map(({ what, calls }) => [what, whole(calls)]),
  ]);

/** What a piece of work waits at each server of a caller's path, as full as the plan makes it. */
function simulated(): boolean {
  const rows = servers(measured).map((server) => {
    const calls = callsEach(measured, server.name, 'scripted');
    return { name: server.name, calls, ...simulateServer(server, calls, assumed.turnSeconds, SIMULATED_S) };
  });
  const path = ['gateway', 'redis', 'stt', 'redis', 'llm', 'redis', 'tts', 'redis', 'gateway'];
  const p95 = path.reduce((sum, name) => sum + rows.find((row) => row.name === name)!.p95, 0);
  const met = p95 <= WAITS_P95_MS;
  const cells = rows.map(({ name, calls, utilisation, p50, p95: each, p99 }) => [
    name,
    whole(calls),
    `${(utilisation * 100).toFixed(0)} %`,
    p50.toFixed(2),
    each.toFixed(2),
    p99.toFixed(2),
  ]);
  say(
    `Simulated: what a piece of work waits, ms\n\n${table([['server', 'calls', 'busy', 'p50', 'p95', 'p99'], ...cells])}`,
  );
  say(
    `On a caller's path, all p95 together: ${p95.toFixed(1)} ms; target at most ${WAITS_P95_MS}: ${met ? 'met' : 'MISSED'}`,
  );
  return met;
}

/** The fullest of the shards that the plan asks for: what arming ahead waits for. */
function shards(): boolean {
  const rows = CALLS.map((calls) => {
    const count = plan(measured, calls).temporal.shards;
    const given = {
      shards: count,
      writesATurn: askedByTurn(measured, 'temporalEvents', assumed),
      burst: measured.asked.turn.temporalEvents / measured.asked.turn.temporalTasks,
      writeSeconds: assumed.shardWriteMs / 1_000,
    };
    return { calls, count, ...simulateShards(given, calls, assumed.turnSeconds, SIMULATED_S) };
  });
  const met = rows.every(({ p95 }) => p95 <= SHARD_WAIT_P95_MS);
  const cells = rows.map(({ calls, count, utilisation, p50, p95, p99 }) => [
    whole(calls),
    whole(count),
    `${(utilisation * 100).toFixed(0)} %`,
    p50.toFixed(1),
    p95.toFixed(1),
    p99.toFixed(1),
  ]);
  say(
    `Simulated: the fullest of Temporal's shards, ${assumed.shardWriteMs} ms a write; what a write waits, ms\n\n` +
      `${table([['calls', 'shards', 'busy', 'p50', 'p95', 'p99'], ...cells])}`,
  );
  say(
    `The caller does not wait for these; the next turn has to be armed before they speak again. Target: p95 at most ${SHARD_WAIT_P95_MS} ms: ${met ? 'met' : 'MISSED'}`,
  );
  return met;
}

/** The plan's figures are taken at 20 calls: do they tell what was measured at others? */
function told(): boolean {
  const rows = Object.entries(measured.processes.coresAt).map(([calls, cores]) => {
    const predicted = predictedCores(measured, Number(calls));
    return { calls, cores, predicted, off: predicted / cores - 1 };
  });
  const met = rows.every(({ off }) => Math.abs(off) <= TELLS_WITHIN);
  const cells = rows.map(({ calls, cores, predicted, off }) => [
    calls,
    cores.toFixed(3),
    predicted.toFixed(3),
    `${(off * 100).toFixed(0)} %`,
  ]);
  say(
    `Cores of all processes together, measured and told from 20 calls\n\n${table([['calls', 'measured', 'told', 'off'], ...cells])}`,
  );
  say(`Target: within ${TELLS_WITHIN * 100} %: ${met ? 'met' : 'MISSED'}`);
  return met;
}
