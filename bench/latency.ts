import { parseArgs } from 'node:util';
import { configSchema } from '../config/schema.ts';
import { StreamHub } from '../stream/hub.ts';
import { heardTurns, type HeardTurn, hopTable } from './latency/hops.ts';
import { assertNoneLost, startCallers } from './meter/callers.ts';
import { meterLine } from './meter/meter-line.ts';
import { wholes } from './options.ts';
import { peerSettings } from './peer-settings.ts';
import { everybodyLetIn, type Platform, report, startPlatform } from './platform.ts';
import { percentile, table } from './statistics.ts';
import type { CallerReport } from './twilio-caller.ts';

/**
 * Orkestra's own share of the reply latency: from the moment that the voice detector knows that the caller has
 * stopped to the first audio of the reply at the caller's socket, less what the scripted model needs for its first
 * sentence (five gaps of 5 ms). Calls are Twilio media streams in real time; all processes share this machine, the
 * callers' own too. `--calls 1,100` measures a part.
 */
const MODEL_MS = 25;
/** Calls at once. */
const CALLS = '1,5,20,40,100';
/** So many calls are compared with stages that are not armed ahead, and each has more turns, being few. */
const FEW = 20;
const TURNS = { few: 8, many: 4 };
/** Of the share, ms, at any number of calls. */
const SHARE_P50_MS = 10;
const SHARE_P95_MS = 25;
const WARM_UP_TURNS = 2;
/** From the caller's connecting to the first audio of the greeting, ms, at the most. */
const GREETING_P95_MS = 300;
/** Starts of calls are spread over this, ms, and at least this for each call. */
const STAGGER_MS = 4_000;
const STAGGER_EACH_MS = 200;

export async function run(args: string[]) {
  const { values } = parseArgs({ args, options: { calls: { type: 'string', default: CALLS } } });
  const counts = wholes('--calls', values.calls, 1, 500);
  const rows: (string | number)[][] = [
    [
      'stages',
      'calls',
      'turns',
      'share p50',
      'p95',
      'p99',
      'voice to audio p50',
      'p95',
      'greeting p50',
      'p95',
      'not answered',
    ],
  ];
  const greeted: number[] = [];
  /** Numbers of calls at which the share was too large. */
  const beyond: number[] = [];
  const hops: Parameters<typeof hopTable>[0] = [];
  for (const unarmed of [false, true]) {
    const steps = counts.filter((calls) => !unarmed || calls <= FEW);
    if (steps.length === 0) continue;
    const platform = await startPlatform({ unarmed, engines: everybodyLetIn });
    try {
      await measure(platform, 1, WARM_UP_TURNS);
      for (const calls of steps) {
        const each = calls <= FEW ? TURNS.few : TURNS.many;
        const label = unarmed ? 'one after another' : 'armed ahead';
        const { row, greetings, turns, shares, meter } = await measure(platform, calls, each);
        rows.push([label, calls, ...row]);
        report(`${label}, ${calls} calls: done. ${meter}`);
        if (unarmed) continue;
        greeted.push(...greetings);
        hops.push({ calls, turns });
        const isIn = percentile(shares, 0.5) <= SHARE_P50_MS && percentile(shares, 0.95) <= SHARE_P95_MS;
        if (!isIn) beyond.push(calls);
      }
    } finally {
      await platform.stop();
    }
  }
  const greeting = percentile(greeted, 0.95);
  const met = greeting <= GREETING_P95_MS;
  const line = `Greeting, of ${greeted.length} calls: p95 ${greeting.toFixed(0)} ms after connecting, target at most ${GREETING_P95_MS}: ${met ? 'met' : 'MISSED'}`;
  const share = `Share, armed ahead: target at most ${SHARE_P50_MS} ms p50 and ${SHARE_P95_MS} ms p95: ${beyond.length === 0 ? 'met' : `MISSED at ${beyond.join(', ')} calls`}`;
  process.stdout.write(`${table(rows)}\n\n${hopTable(hops)}\n\n${share}\n${line}\n`);
  if (!met || beyond.length > 0) process.exitCode = 1;
}

async function measure(platform: Platform, calls: number, turns: number): Promise<Measured> {
  const staggerMs = Math.max(STAGGER_MS, STAGGER_EACH_MS * calls);
  const plan = { url: platform.twilioUrl, calls, turns, staggerMs, customParameters: peerSettings };
  const seen = await startCallers(plan).over;
  assertNoneLost(seen);
  const hub = new StreamHub(configSchema.parse({ redis: { url: platform.redisUrl } }).redis, () => undefined);
  const heard = await heardTurns(hub, seen.calls);
  await hub.close();
  return { ...summary(seen.calls, heard), meter: meterLine(seen.meter) };
}

interface Measured {
  row: (string | number)[];
  shares: number[];
  greetings: number[];
  turns: HeardTurn[];
  meter: string;
}

function summary(calls: CallerReport[], turns: HeardTurn[]): Omit<Measured, 'meter'> {
  const shares = turns.map(({ steps, heardAt }) => heardAt - steps.stopNoticed - MODEL_MS);
  const voiceToAudio = calls.flatMap((call) =>
    call.turns.map(({ firstMediaAt, lastSpeechSentAt }) => firstMediaAt - lastSpeechSentAt),
  );
  const greetings = calls.flatMap(({ greetingMs }) => greetingMs ?? []);
  const missed = calls.reduce((sum, { unanswered, early }) => sum + unanswered + early, 0);
  const ms = (values: number[], p: number) => percentile(values, p).toFixed(1);
  const row = [
    shares.length,
    ms(shares, 0.5),
    ms(shares, 0.95),
    ms(shares, 0.99),
    ms(voiceToAudio, 0.5),
    ms(voiceToAudio, 0.95),
    ms(greetings, 0.5),
    ms(greetings, 0.95),
    missed,
  ];
  return { row, shares, greetings, turns };
}
