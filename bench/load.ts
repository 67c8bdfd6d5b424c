import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { readUse } from './meter/process-cost.ts';
import { wholes } from './options.ts';
import { peerSettings } from './peer-settings.ts';
import { everybodyLetIn, type Platform, report, startPlatform } from './platform.ts';
import { percentile, table } from './statistics.ts';
import { type CallerReport, TwilioCaller } from './twilio-caller.ts';
import { loadUtterances } from './utterances.ts';

/**
 * What admission is worth: Twilio calls in real time, step by step more than all processes on this machine can serve,
 * with every caller let in, with the gateway's measurements alone, and with a bound on calls beside them. Counts those
 * turned away and how soon they knew, and tells what the others wait from their last word to the reply; 200 ms of that is
 * the detector's.
 */
const STEPS = '45,200';
const TURNS = 3;

/** Starts of calls are spread over this, ms: some 20 calls a second at the most. */
const STAGGER_MS = 4_000;
/** After a step, ms: the last calls are still being closed. */
const REST_MS = 3_000;
/** The gateway's close code where all lines are busy. */
const BUSY = 'closed by the server, code 1013';
/** Of admitted calls, ms: replies of a machine that is not overloaded begin within this, the detector's silence included. */
const WAIT_P95_MS = 600;
/** Of the others, ms: they are told at once. */
const REFUSAL_P95_MS = 500;

const modes: Record<string, Record<string, string>> = {
  'everybody let in': everybodyLetIn,
  'by measurement': { ORKESTRA_GATEWAY_CALLERS: '100000' },
  'at most 20': { ORKESTRA_GATEWAY_CALLERS: '20' },
};

export async function run(args: string[]) {
  const { values } = parseArgs({ args, options: { calls: { type: 'string', default: STEPS } } });
  const steps = wholes('--calls', values.calls, 1, 1_000);
  const rows: (string | number)[][] = [
    [
      'admission',
      'offered',
      'refused',
      'after p95',
      'lost',
      'turns',
      'not answered',
      'wait p50',
      'p95',
      'greeting p95',
      'gateway, cores',
    ],
  ];
  let missed = 0;
  for (const [mode, engines] of Object.entries(modes)) {
    const platform = await startPlatform({ engines });
    try {
      await step(platform, 2);
      for (const calls of steps) {
        const { row, refusalP95, waitP95, unserved } = await step(platform, calls);
        rows.push([mode, calls, ...row]);
        report(table([rows[0]!, rows.at(-1)!]));
        const served = waitP95 <= WAIT_P95_MS && refusalP95 <= REFUSAL_P95_MS && unserved === 0;
        if (engines !== everybodyLetIn && !served) missed += 1;
        await sleep(REST_MS);
      }
    } finally {
      await platform.stop();
    }
  }
  const line = `Calls that were let in by admission: none lost, every turn answered, waits within ${WAIT_P95_MS} ms at p95; the others told within ${REFUSAL_P95_MS} ms: ${missed === 0 ? 'met' : `MISSED in ${missed} steps`}`;
  process.stdout.write(`${table(rows)}\n\n${line}\n`);
  if (missed > 0) process.exitCode = 1;
}

async function step(platform: Platform, calls: number) {
  const run = Math.random().toString(36).slice(2, 8);
  const utterances = loadUtterances();
  const before = gatewayCpu(platform);
  const startedAt = performance.now();
  const reports = await Promise.all(
    Array.from({ length: calls }, async (_, i) => {
      await sleep((STAGGER_MS * i) / calls);
      const mine = Array.from({ length: TURNS }, (__, n) => utterances[(i + n) % utterances.length]!);
      const pause = () => 400 + Math.random() * 500;
      return new TwilioCaller(platform.twilioUrl, `load-${run}-${i}`, mine, pause, peerSettings).run();
    }),
  );
  const cores = (gatewayCpu(platform) - before) / ((performance.now() - startedAt) / 1_000);
  return summary(reports, cores);
}

function summary(reports: CallerReport[], cores: number) {
  const isRefused = ({ lost }: CallerReport) => lost === BUSY;
  const admitted = reports.filter((one) => !isRefused(one));
  const refusals = reports.filter(isRefused).map(({ seconds }) => 1_000 * seconds);
  const waits = admitted.flatMap(({ turns }) =>
    turns.map((turn) => turn.firstMediaAt - turn.lastSpeechSentAt),
  );
  const greetings = admitted.flatMap(({ greetingMs }) => greetingMs ?? []);
  const unanswered = admitted.reduce((sum, one) => sum + one.unanswered, 0);
  const waitP95 = percentile(waits, 0.95);
  const refusalP95 = refusals.length > 0 ? percentile(refusals, 0.95) : 0;
  const lost = admitted.filter((one) => one.lost !== undefined).length;
  const row = [
    refusals.length,
    refusals.length > 0 ? refusalP95.toFixed(0) : '',
    lost,
    waits.length,
    unanswered,
    percentile(waits, 0.5).toFixed(0),
    waitP95.toFixed(0),
    percentile(greetings, 0.95).toFixed(0),
    cores.toFixed(2),
  ];
  return { row, refusalP95, waitP95, unserved: unanswered + lost };
}

/** CPU seconds that the gateway has used. */
function gatewayCpu(platform: Platform): number {
  const { gateway } = platform.processes();
  return readUse({ gateway: gateway! }).gateway!.cpuSeconds;
}
