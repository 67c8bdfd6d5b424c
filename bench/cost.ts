import { parseArgs } from 'node:util';
import { assertNoneLost } from './meter/callers.ts';
import { idleCosts, silentCosts, type Talk, talk, warmUp } from './meter/loads.ts';
import { meterLine } from './meter/meter-line.ts';
import { type ProcessCosts, readUse, totalOf } from './meter/process-cost.ts';
import { whole } from './options.ts';
import { peerSettings } from './peer-settings.ts';
import { report, startPlatform } from './platform.ts';
import { table } from './statistics.ts';

/**
 * What the platform costs, a row a process: while nobody calls, while callers are connected and nobody speaks, and while
 * all of them talk. Twilio calls in real time, scripted engines, all processes on this machine; the callers' own process
 * is not counted.
 */
const STAGGER_MS = 2_000;
const TURNS = 3;

export async function run(args: string[]) {
  const { values } = parseArgs({ args, options: { calls: { type: 'string', default: '20' } } });
  const calls = whole('--calls', values.calls, 1, 500);
  const platform = await startPlatform();
  try {
    const { twilioUrl: url, processes } = platform;
    const target = { url, customParameters: peerSettings, processes };
    await warmUp(target);
    const before = readUse(processes());
    report('nobody calls');
    const idle = await idleCosts(target);
    report(`${calls} callers, silent`);
    const silent = await silentCosts(target, calls);
    report(`${calls} callers, ${TURNS} turns each`);
    const talking = await talk(target, { calls, turns: TURNS, staggerMs: STAGGER_MS });
    assertNoneLost(talking);
    print({ calls, before, idle, silent, talking });
  } finally {
    await platform.stop();
  }
}

interface Figures {
  calls: number;
  before: ReturnType<typeof readUse>;
  idle: ProcessCosts;
  silent: ProcessCosts;
  talking: Talk;
}

function print({ calls, before, idle, silent, talking }: Figures) {
  type Of = (costs: ProcessCosts) => { cpuSeconds: number; memoryMb: number };
  const row = (name: string, of: Of, memory: number) => {
    const idleCores = of(idle).cpuSeconds / idle.seconds;
    const silentCores = of(silent).cpuSeconds / silent.seconds;
    const { cpuSeconds, memoryMb } = of(talking.costs);
    return [
      name,
      idleCores.toFixed(3),
      ((silentCores - idleCores) / calls).toFixed(4),
      (cpuSeconds / talking.costs.seconds).toFixed(3),
      (cpuSeconds / talking.callSeconds).toFixed(4),
      memory.toFixed(0),
      memoryMb.toFixed(0),
      ((memoryMb - memory) / calls).toFixed(2),
    ];
  };
  const rows = Object.keys(before).map((name) =>
    row(name, (costs) => costs.processes[name]!, before[name]!.memoryMb),
  );
  const memoryBefore = Object.values(before).reduce((sum, { memoryMb }) => sum + memoryMb, 0);
  const head = ['process', 'idle, cores', 'added a silent call', 'talking, cores', 'cores a call'];
  const lines = [[...head, 'idle, MB', 'talking, MB', 'MB added a call'], ...rows];
  process.stdout.write(
    `${table([...lines, row('all', totalOf, memoryBefore)])}\n\n` +
      `${calls} calls. Cores a call: CPU seconds over seconds of calls, all counted. ${meterLine(talking.meter)}\n`,
  );
}
