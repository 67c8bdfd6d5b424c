import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { loadConfig } from '../config/load.ts';
import { StreamHub } from '../stream/hub.ts';
import { heardTurns, hopTable } from './latency/hops.ts';
import { type Talk, talk } from './meter/loads.ts';
import { meterLine } from './meter/meter-line.ts';
import { wholes } from './options.ts';
import { everybodyLetIn, type Platform, report, startPlatform } from './platform.ts';
import { percentile, table } from './statistics.ts';

/**
 * How many calls at once this machine carries with the embedded engines: more and more of them, until callers wait
 * longer for the first audio of a reply than they should. Prints where a turn's time goes, and each process' cores, so
 * that it shows what gives out. Twilio calls in real time; every answer is written anew; the callers' own process is not
 * counted. Exits with 1 where not even the fewest are carried.
 */
const TARGET = { p50: 800, p95: 1_200 };
const CALLS = '1,2,4,6,8,10,12,16,20,24,32,40';
const TURNS = 3;
/** Callers begin so far apart, ms. */
const STAGGER_MS = 700;
const SETTLE_MS = 2_000;
const ENGINES = {
  ...everybodyLetIn,
  ORKESTRA_STT: 'moonshine',
  ORKESTRA_LLM: 'responder',
  ORKESTRA_TTS: 'piper',
  ORKESTRA_EMBEDDING: 'minilm',
};
/** Questions that do not end the call. */
const recordings = ['balance', 'hours', 'rate', 'loan'];

export async function run(args: string[]) {
  const { values } = parseArgs({ args, options: { calls: { type: 'string', default: CALLS } } });
  const counts = wholes('--calls', values.calls, 1, 500).sort((a, b) => a - b);
  const platform = await startPlatform({ engines: ENGINES });
  const hub = new StreamHub(loadConfig(platform.env).redis, () => undefined);
  try {
    await measure(platform, hub, 1);
    const steps: Step[] = [];
    for (const calls of counts) {
      await sleep(SETTLE_MS);
      const step = await measure(platform, hub, calls);
      steps.push(step);
      report(`${calls} calls: p50 ${step.p50.toFixed(0)} ms. ${meterLine(step.seen.meter)}`);
      if (!isCarried(step)) break;
    }
    print(steps);
  } finally {
    await hub.close();
    await platform.stop();
  }
}

interface Step {
  calls: number;
  seen: Talk;
  hops: Parameters<typeof hopTable>[0][number];
  p50: number;
  p95: number;
  failed: number;
}

async function measure(platform: Platform, hub: StreamHub, calls: number): Promise<Step> {
  const { twilioUrl: url, processes } = platform;
  const target = { url, processes, customParameters: { 'set.cache': 'false' } };
  const seen = await talk(target, { calls, turns: TURNS, staggerMs: STAGGER_MS * calls, recordings });
  const turns = await heardTurns(hub, seen.calls);
  const waits = seen.calls.flatMap((call) =>
    call.turns.map(({ firstMediaAt, lastSpeechSentAt }) => firstMediaAt - lastSpeechSentAt),
  );
  return {
    calls,
    seen,
    hops: { calls, turns },
    p50: percentile(waits, 0.5),
    p95: percentile(waits, 0.95),
    failed: seen.calls.reduce((sum, { lost, unanswered }) => sum + unanswered + (lost ? 1 : 0), 0),
  };
}

const isCarried = ({ p50, p95, failed }: Step) => p50 <= TARGET.p50 && p95 <= TARGET.p95 && failed === 0;

function print(steps: Step[]) {
  const names = Object.keys(steps[0]!.seen.costs.processes);
  const rows = steps.map(({ calls, seen, p50, p95, failed }) => {
    const { processes, seconds } = seen.costs;
    const cores = names.map((name) => (processes[name]!.cpuSeconds / seconds).toFixed(2));
    const count = seen.calls.reduce((sum, { turns }) => sum + turns.length, 0);
    return [calls, count, p50.toFixed(0), p95.toFixed(0), failed, ...cores];
  });
  const head = ['calls', 'turns', 'voice to audio p50, ms', 'p95', 'not answered, lost'];
  const carried = steps.filter(isCarried).at(-1);
  const verdict = carried
    ? `${carried.calls} calls at once are carried`
    : `MISSED: not even ${steps[0]!.calls} calls are carried`;
  process.stdout.write(
    `${table([[...head, ...names.map((name) => `${name}, cores`)], ...rows])}\n\n` +
      `${hopTable(steps.map(({ hops }) => hops))}\n\n` +
      `${verdict} with at most ${TARGET.p50} ms p50 and ${TARGET.p95} ms p95\n`,
  );
  if (!carried) process.exitCode = 1;
}
