import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { workerNames } from '../config/worker-names.ts';
import { assertNoneLost, startCallers } from './meter/callers.ts';
import { meterLine } from './meter/meter-line.ts';
import { ProcessMeter, type ProcessCosts, readUse, totalOf } from './meter/process-cost.ts';
import { peerSettings } from './peer-settings.ts';
import { type Platform, report, startPlatform } from './platform.ts';
import { table } from './statistics.ts';

/**
 * What each process uses: to start, at rest, and with calls that talk, first with scripted engines, which is Orkestra's
 * own use, then with the embedded ones. docs/scaling.md and the requests of the pods rest on it.
 */
const REST_MS = 8_000;
const SETTLE_MS = 2_000;
const CALLS = [1, 10, 20];
const TURNS = 3;

const variants: { name: string; engines?: Record<string, string>; settings: Record<string, string> }[] = [
  { name: 'scripted engines', settings: peerSettings },
  {
    name: 'embedded engines',
    engines: {
      ORKESTRA_STT: 'moonshine',
      ORKESTRA_TTS: 'piper',
      ORKESTRA_LLM: 'responder',
      ORKESTRA_EMBEDDING: 'minilm',
    },
    settings: {},
  },
];

export async function run() {
  for (const variant of variants) await measure(variant);
}

async function measure({ name, engines, settings }: (typeof variants)[number]) {
  const platform = await startPlatform(engines ? { engines } : {});
  try {
    const start = readUse(platform.processes());
    const peaks = peaksOf(platform.processes());
    await talk(platform, 1, settings);
    await sleep(SETTLE_MS);
    report(`${name}: at rest`);
    const resting = new ProcessMeter(platform.processes());
    await sleep(REST_MS);
    const rest = resting.stop();
    const talking: Talking[] = [];
    for (const calls of CALLS) {
      report(`${name}: ${calls} calls`);
      talking.push(await talk(platform, calls, settings));
      await sleep(SETTLE_MS);
    }
    print(name, { start, peaks, rest, talking });
  } finally {
    await platform.stop();
  }
}

interface Talking extends ProcessCosts {
  callSeconds: number;
  turns: number;
  unanswered: number;
  meter: string;
}

async function talk(platform: Platform, calls: number, settings: Record<string, string>): Promise<Talking> {
  const meter = new ProcessMeter(platform.processes());
  const plan = { url: platform.twilioUrl, calls, turns: TURNS, staggerMs: 3_000, customParameters: settings };
  const result = await startCallers(plan).over;
  const costs = meter.stop();
  assertNoneLost(result);
  const sum = (of: (call: (typeof result.calls)[number]) => number) =>
    result.calls.reduce((total, call) => total + of(call), 0);
  return {
    ...costs,
    callSeconds: sum(({ seconds }) => seconds),
    turns: sum(({ turns }) => turns.length),
    unanswered: sum(({ unanswered, early }) => unanswered + early),
    meter: meterLine(result.meter),
  };
}

/** The most memory that each process had so far, MB. */
const peaksOf = (pids: Record<string, number>) =>
  Object.fromEntries(
    Object.entries(pids).map(([name, pid]) => {
      const status = readFileSync(`/proc/${pid}/status`, 'latin1');
      return [name, (Number(/^VmHWM:\s+(\d+) kB/m.exec(status)![1]) * 1_024) / 1e6];
    }),
  );

interface Figures {
  start: ReturnType<typeof readUse>;
  peaks: Record<string, number>;
  rest: ProcessCosts;
  talking: Talking[];
}

function print(name: string, { start, peaks, rest, talking }: Figures) {
  const head = ['process', 'start, CPU s', 'at most, MB', 'rest, cores', 'MB'];
  const heads = CALLS.flatMap((calls) => [`${calls} calls, cores`, 'a call', 'MB']);
  const use = (costs: ProcessCosts, process: string | undefined) =>
    process ? costs.processes[process]! : totalOf(costs);
  const row = (label: string, process?: string) => {
    const added = ({ seconds, ...costs }: Talking) => {
      const { cpuSeconds, memoryMb } = use({ seconds, ...costs }, process);
      const own = cpuSeconds - (use(rest, process).cpuSeconds / rest.seconds) * seconds;
      return [(cpuSeconds / seconds).toFixed(3), (own / costs.callSeconds).toFixed(4), memoryMb.toFixed(0)];
    };
    return [
      label,
      process ? start[process]!.cpuSeconds.toFixed(1) : '',
      process ? peaks[process]!.toFixed(0) : '',
      (use(rest, process).cpuSeconds / rest.seconds).toFixed(3),
      use(rest, process).memoryMb.toFixed(0),
      ...talking.flatMap(added),
    ];
  };
  const names = [...workerNames, ...Object.keys(start).filter((other) => !isWorker(other))];
  const rows = [...names.map((one) => row(one, one)), row('all')];
  process.stdout.write(`${name}\n\n${table([[...head, ...heads], ...rows])}\n\n`);
  for (const [i, { turns, callSeconds, unanswered, meter }] of talking.entries()) {
    const every = (callSeconds / turns).toFixed(1);
    process.stdout.write(
      `${CALLS[i]} calls: a turn every ${every} s, ${unanswered} not answered. ${meter}\n`,
    );
  }
  process.stdout.write('\n');
}

const isWorker = (name: string) => (workerNames as readonly string[]).includes(name);
