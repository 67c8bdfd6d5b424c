import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { packageRoot } from '../config/package.ts';
import { idleCosts, silentCosts, talk, warmUp } from './meter/loads.ts';
import { meterLine } from './meter/meter-line.ts';
import { readUse, totalOf } from './meter/process-cost.ts';
import { whole, wholes } from './options.ts';
import type { Contender } from './peers/contender.ts';
import { type Figures, figuresOf, hasCollapsed, together } from './peers/figures.ts';
import { type Kill, killEach, printKills } from './peers/kills.ts';
import { startOrkestra } from './peers/orkestra.ts';
import { installPipecat, startPipecat } from './peers/pipecat.ts';
import { drawPeers } from './peers/plots.ts';
import { printFigures } from './peers/print.ts';
import { judge, verdictLine } from './peers/targets.ts';
import { report } from './platform.ts';

/**
 * Orkestra beside Pipecat, in turns, on this machine: the same callers, the same recordings, Silero with 200 ms of
 * silence, engines of the same cost. All processes of each count; the callers' own does not. Without options everything
 * is measured, and the plots and raw figures in docs/ are made anew.
 */
const CALLS = [1, 5, 10, 20, 30, 40, 100];
const ROUNDS = 3;
const TURNS = 4;
/** From the beginning of the last reply to the caller's interrupting it, ms. */
const INTERRUPTS_AFTER_MS = 1_000;
const SILENT_CALLS = 20;
/** Callers begin so far apart, ms: five a second. A storm of starts would be another comparison. */
const STAGGER = { perCall: 200, least: 2_000 };
const SETTLE_MS = 1_500;
/** From the last of `CALLS` on, more by this factor, until it collapses. */
const STEP = 1.5;
const MOST_CALLS = 400;

export async function run(args: string[]) {
  const { values } = parseArgs({
    args,
    options: {
      calls: { type: 'string' },
      rounds: { type: 'string' },
      turns: { type: 'string' },
      /** Only what `kill -9` costs. */
      kills: { type: 'boolean' },
    },
  });
  const isWhole = Object.keys(values).length === 0;
  const counts = values.calls ? wholes('--calls', values.calls, 1, MOST_CALLS) : CALLS;
  const rounds = values.rounds ? whole('--rounds', values.rounds, 1, 20) : ROUNDS;
  const turns = values.turns ? whole('--turns', values.turns, 1, 100) : TURNS;
  const python = await installPipecat(report);
  if (values.kills) return onlyKills(python);
  const contenders = [startOrkestra, () => startPipecat(python, report)];
  const seen = new Map<string, Figures>();
  const silent: Record<string, number[]> = {};
  const kills: Kill[] = [];
  for (let round = 1; round <= rounds; round += 1) {
    for (const start of contenders) {
      const contender = await start();
      try {
        report(`round ${round} of ${rounds}: ${contender.name}`);
        const last = round === rounds;
        const result = await measure(contender, { counts, turns, untilCollapse: isWhole && last });
        for (const figures of result.figures) {
          const key = `${figures.name} ${figures.calls}`;
          seen.set(key, seen.has(key) ? together(seen.get(key)!, figures) : figures);
        }
        if (result.silentCores !== undefined) (silent[contender.name] ??= []).push(result.silentCores);
        if (isWhole && last) kills.push(...(await killEach(contender)));
      } finally {
        await contender.stop();
      }
    }
  }
  tell({ all: [...seen.values()], silent, kills, isWhole });
}

async function onlyKills(python: string) {
  const kills: Kill[] = [];
  for (const start of [startOrkestra, () => startPipecat(python, report)]) {
    const contender = await start();
    try {
      kills.push(...(await killEach(contender)));
    } finally {
      await contender.stop();
    }
  }
  process.stdout.write(`${printKills(kills)}\n`);
}

/** All numbers of calls, fewest first; those that are beyond it are left out. */
async function measure(
  contender: Contender,
  { counts, turns, untilCollapse }: { counts: number[]; turns: number; untilCollapse: boolean },
) {
  await warmUp(contender);
  const idleMb = Object.values(readUse(contender.processes())).reduce(
    (sum, { memoryMb }) => sum + memoryMb,
    0,
  );
  const idle = await idleCosts(contender);
  const cores = (costs: typeof idle) => totalOf(costs).cpuSeconds / costs.seconds;
  let silentCores: number | undefined;
  const figures: Figures[] = [];
  const left = [...counts].sort((a, b) => a - b);
  for (let calls = left.shift(); calls !== undefined; calls = left.shift()) {
    // Not before: what they leave behind in memory would count as that of fewer calls.
    if (calls >= SILENT_CALLS && silentCores === undefined) {
      const silent = await silentCosts(contender, SILENT_CALLS);
      silentCores = (cores(silent) - cores(idle)) / SILENT_CALLS;
    }
    const staggerMs = Math.max(STAGGER.least, calls * STAGGER.perCall);
    const plan = { calls, turns, staggerMs, interruptsAfterMs: INTERRUPTS_AFTER_MS };
    const one = figuresOf(contender, await talk(contender, plan), idleMb);
    figures.push(one);
    report(`${contender.name}, ${calls} calls: done. ${meterLine(one.meter[0]!)}`);
    if (hasCollapsed(one)) break;
    if (left.length === 0 && untilCollapse && calls * STEP <= MOST_CALLS) left.push(Math.ceil(calls * STEP));
    await sleep(SETTLE_MS);
  }
  return { figures, silentCores };
}

interface Seen {
  all: Figures[];
  silent: Record<string, number[]>;
  kills: Kill[];
  isWhole: boolean;
}

function tell({ all, silent, kills, isWhole }: Seen) {
  const say = (text: string) => process.stdout.write(`${text}\n`);
  const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  say(printFigures(all));
  for (const [name, cores] of Object.entries(silent)) {
    say(`${name}: a call in which nobody speaks adds ${mean(cores).toFixed(4)} cores, of ${SILENT_CALLS}`);
  }
  for (const name of ['Orkestra', 'Pipecat']) {
    const collapsed = all.filter((figures) => figures.name === name && hasCollapsed(figures));
    const at = Math.min(...collapsed.map(({ calls }) => calls));
    const most = Math.max(...all.filter((figures) => figures.name === name).map(({ calls }) => calls));
    say(
      Number.isFinite(at) ? `${name} collapses at ${at} calls` : `${name} did not collapse at ${most} calls`,
    );
  }
  if (kills.length > 0) say(`\n${printKills(kills)}`);
  const verdicts = judge(all, silent.Orkestra && mean(silent.Orkestra));
  say(`\n${verdicts.map(verdictLine).join('\n')}`);
  if (verdicts.some(({ met }) => !met)) process.exitCode = 1;
  if (!isWhole) return;
  const folder = join(packageRoot, 'docs');
  drawPeers(folder, all);
  const rounded = (_: string, value: unknown) =>
    typeof value === 'number' ? Number(value.toFixed(4)) : value;
  const raw = JSON.stringify({ all, silent, kills, verdicts }, rounded);
  writeFileSync(join(folder, 'peers.json'), `${raw}\n`);
  say('\ndocs/peers-latency.svg, docs/peers-cores.svg and docs/peers.json are of this run');
}
