import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { assertNoneLost, startCallers } from './meter/callers.ts';
import { meterLine } from './meter/meter-line.ts';
import { ProcessMeter, type ProcessCosts, readUse, totalOf } from './meter/process-cost.ts';
import { whole } from './options.ts';
import { peerSettings } from './peer-settings.ts';
import { type Platform, report, startPlatform } from './platform.ts';
import { table } from './statistics.ts';

/**
 * What the platform costs, a row a process: while nobody calls, while callers are connected and nobody speaks, and while
 * all of them talk. Twilio calls in real time, scripted engines, all processes on this machine; the callers' own process
 * is not counted.
 */
const IDLE_MS = 8_000;
const SETTLE_MS = 2_000;
const TURNS = 3;

export async function run(args: string[]) {
  const { values } = parseArgs({ args, options: { calls: { type: 'string', default: '20' } } });
  const calls = whole('--calls', values.calls, 1, 500);
  const platform = await startPlatform();
  try {
    await talk(platform, 1, 1);
    await sleep(SETTLE_MS);
    const before = readUse(platform.processes());
    report('nobody calls');
    const idle = await over(platform, IDLE_MS);
    report(`${calls} callers, silent`);
    const silent = await stayOnTheLine(platform, calls);
    report(`${calls} callers, ${TURNS} turns each`);
    const talking = await talk(platform, calls, TURNS);
    print({ calls, before, idle, silent, talking });
  } finally {
    await platform.stop();
  }
}

async function over(platform: Platform, ms: number): Promise<ProcessCosts> {
  const meter = new ProcessMeter(platform.processes());
  await sleep(ms);
  return meter.stop();
}

async function stayOnTheLine(platform: Platform, calls: number) {
  const plan = { url: platform.twilioUrl, calls, turns: 0, staggerMs: 1_000 };
  // Else the bot would ask whether they are still there.
  const customParameters = { ...peerSettings, 'set.idlePromptMs': '120000' };
  const callers = startCallers({ ...plan, customParameters });
  await callers.greeted;
  await sleep(SETTLE_MS);
  const costs = await over(platform, IDLE_MS);
  callers.hangUp();
  assertNoneLost(await callers.over);
  await sleep(SETTLE_MS);
  return costs;
}

async function talk(platform: Platform, calls: number, turns: number) {
  const meter = new ProcessMeter(platform.processes());
  const plan = { url: platform.twilioUrl, calls, turns, staggerMs: 2_000, customParameters: peerSettings };
  const result = await startCallers(plan).over;
  assertNoneLost(result);
  const seconds = result.calls.reduce((sum, call) => sum + call.seconds, 0);
  return { ...meter.stop(), callSeconds: seconds, meter: result.meter };
}

interface Figures {
  calls: number;
  before: ReturnType<typeof readUse>;
  idle: ProcessCosts;
  silent: ProcessCosts;
  talking: Awaited<ReturnType<typeof talk>>;
}

function print({ calls, before, idle, silent, talking }: Figures) {
  const memoryBefore = Object.values(before).reduce((sum, { memoryMb }) => sum + memoryMb, 0);
  const row = (
    name: string,
    of: (costs: ProcessCosts) => { cpuSeconds: number; memoryMb: number },
    memory: number,
  ) => {
    const idleCores = of(idle).cpuSeconds / idle.seconds;
    const silentCores = of(silent).cpuSeconds / silent.seconds;
    const cores = of(talking).cpuSeconds / talking.seconds;
    const most = of(talking).memoryMb;
    return [
      name,
      idleCores.toFixed(3),
      ((silentCores - idleCores) / calls).toFixed(4),
      cores.toFixed(3),
      (of(talking).cpuSeconds / talking.callSeconds).toFixed(4),
      memory.toFixed(0),
      most.toFixed(0),
      ((most - memory) / calls).toFixed(2),
    ];
  };
  const head = [
    'process',
    'idle, cores',
    'added a silent call',
    'talking, cores',
    'cores a call',
    'idle, MB',
    'talking, MB',
    'MB added a call',
  ];
  const rows = Object.keys(before).map((name) =>
    row(name, (costs) => costs.processes[name]!, before[name]!.memoryMb),
  );
  process.stdout.write(`${table([head, ...rows, row('all', totalOf, memoryBefore)])}\n\n`);
  process.stdout.write(
    `${calls} calls. Cores a call: CPU seconds over seconds of calls, all counted. ${meterLine(talking.meter)}\n`,
  );
}
