import { parseArgs } from 'node:util';
import { SetupError } from '../../deploy/local/setup-error.ts';
import { whole } from '../options.ts';
import { table } from '../statistics.ts';
import type { Door } from './door.ts';
import { doorsInProcess } from './doors/all.ts';
import { type DoorReport, runDoor } from './run-door.ts';
import { openSystem } from './system.ts';

/**
 * Tries every door with made-up cases (`npm run fuzz -- --cases N --seed S --door NAME`): first those that are functions,
 * then those of real processes, beside which a healthy call goes on. Exit code 1 where anything else happened than a
 * refusal with a clear sentence or an acceptance, where a process died, or where the healthy call noticed.
 */
const CASES = 100_000;
/** Of all cases, those that go to real processes: each of them costs milliseconds. */
const SYSTEM_PART = 0.06;

async function run() {
  const { values } = parseArgs({
    args: process.argv.slice(2),
    options: { cases: { type: 'string' }, seed: { type: 'string' }, door: { type: 'string', default: '' } },
  });
  const cases = values.cases === undefined ? CASES : whole('--cases', values.cases, 1, 100_000_000);
  const seed =
    values.seed === undefined
      ? Math.floor(Math.random() * 0x7fff_ffff)
      : whole('--seed', values.seed, 0, 0x7fff_ffff);
  const wanted = ({ name }: Door) => name.includes(values.door);
  const reports: DoorReport[] = [];
  process.stderr.write(`seed ${seed}\n`);

  const inProcess = doorsInProcess.filter(wanted);
  await tryDoors(inProcess, cases * (1 - SYSTEM_PART), seed, reports);
  const system = await openSystem(wanted, seed);
  let healthy: string | undefined;
  try {
    await tryDoors(system.doors, cases * SYSTEM_PART, seed, reports);
    healthy = await system.settle().catch((error: Error) => {
      const none = { cases: 0, refused: 0, accepted: 0, seconds: 0 };
      reports.push({ door: 'all of them together', ...none, fault: error.message });
      return undefined;
    });
  } finally {
    await system.close();
  }
  if (reports.length === 0) throw new SetupError(`no door has ${JSON.stringify(values.door)} in its name`);
  print(reports, seed, healthy);
}

/** Splits the cases up by the doors' shares. */
async function tryDoors(doors: readonly Door[], cases: number, seed: number, reports: DoorReport[]) {
  const shares = doors.reduce((sum, { share }) => sum + share, 0);
  for (const door of doors) {
    const report = await runDoor(door, Math.ceil((cases * door.share) / shares), seed);
    await door.close?.();
    reports.push(report);
    process.stderr.write(`${report.door}: ${report.cases} cases${report.fault ? ', A FAULT' : ''}\n`);
  }
}

function print(reports: DoorReport[], seed: number, healthy: string | undefined) {
  const sum = (of: (report: DoorReport) => number) => reports.reduce((total, one) => total + of(one), 0);
  const faults = reports.filter(({ fault }) => fault !== undefined);
  const rows = reports.map(({ door, cases, refused, accepted, seconds, fault }) => [
    door,
    cases,
    refused,
    accepted,
    fault === undefined ? 0 : 1,
    seconds.toFixed(1),
  ]);
  const total = [
    'all',
    sum(({ cases }) => cases),
    sum(({ refused }) => refused),
    sum(({ accepted }) => accepted),
    faults.length,
    sum(({ seconds }) => seconds).toFixed(1),
  ];
  const head = ['door', 'cases', 'refused with a sentence', 'accepted', 'faults', 'seconds'];
  process.stdout.write(`${table([head, ...rows, total])}\n\n`);
  for (const { door, fault } of faults) process.stdout.write(`${door}: ${fault}\n\n`);
  if (healthy !== undefined) process.stdout.write(`${healthy}\n`);
  process.stdout.write(`seed ${seed}\n`);
  if (faults.length > 0) process.exitCode = 1;
}

try {
  await run();
} catch (error) {
  if (!(error instanceof SetupError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 2;
}
