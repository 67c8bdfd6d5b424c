import { configSchema } from '../config/schema.ts';
import { CallStream } from '../stream/call-stream.ts';
import { StreamHub } from '../stream/hub.ts';
import { hopTable, Steps, type TurnSteps } from './latency/hops.ts';
import { peerSettings } from './peer-settings.ts';
import { type Platform, report, startPlatform } from './platform.ts';
import { percentile, table } from './statistics.ts';
import { type CallerReport, TwilioCaller } from './twilio-caller.ts';
import { loadUtterances } from './utterances.ts';

/**
 * Orkestra's own share of the reply latency: from the moment that the voice detector knows that the caller has
 * stopped to the first audio of the reply at the caller's socket, less what the scripted model needs for its first
 * sentence (five gaps of 5 ms). Calls are Twilio media streams in real time; all processes share this machine.
 */
const MODEL_MS = 25;
/** Calls at once, and turns of each. */
const STEPS = [
  { calls: 1, turns: 8 },
  { calls: 5, turns: 8 },
  { calls: 20, turns: 8 },
  { calls: 40, turns: 4 },
  { calls: 100, turns: 4 },
];
/** So many calls are compared with stages that are not armed ahead. */
const MOST_UNARMED = 20;
/** Of the share, ms, at any number of calls. */
const SHARE_P50_MS = 10;
const SHARE_P95_MS = 25;
const WARM_UP_TURNS = 2;
/** From the caller's connecting to the first audio of the greeting, ms, at the most. */
const GREETING_P95_MS = 300;
/** Starts of calls are spread over this, ms, and at least this for each call. */
const STAGGER_MS = 4_000;
const STAGGER_EACH_MS = 200;

export async function run() {
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
    const platform = await startPlatform({ unarmed });
    try {
      await measure(platform, 1, WARM_UP_TURNS);
      for (const { calls, turns: each } of STEPS) {
        if (unarmed && calls > MOST_UNARMED) continue;
        const label = unarmed ? 'one after another' : 'armed ahead';
        const { row, greetings, turns, shares } = await measure(platform, calls, each);
        rows.push([label, calls, ...row]);
        report(`${label}, ${calls} calls: done`);
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
  const hub = new StreamHub(configSchema.parse({ redis: { url: platform.redisUrl } }).redis, () => undefined);
  const run = Math.random().toString(36).slice(2, 8);
  const utterances = loadUtterances();
  const staggerMs = Math.max(STAGGER_MS, STAGGER_EACH_MS * calls);
  const results = await Promise.all(
    Array.from({ length: calls }, async (_, i) => {
      await new Promise((resolve) => setTimeout(resolve, (staggerMs * i) / calls));
      const session = `bench-${run}-${i}`;
      const steps = await watch(hub, session);
      const mine = Array.from({ length: turns }, (__, n) => utterances[(i + n) % utterances.length]!);
      const pause = () => 400 + Math.random() * 500;
      const caller = await new TwilioCaller(platform.twilioUrl, session, mine, pause, peerSettings).run();
      return { caller, steps };
    }),
  );
  await hub.close();
  return summary(results);
}

async function watch(hub: StreamHub, session: string): Promise<Steps> {
  const steps = new Steps();
  await new CallStream(hub, session).onEvents('0', (event) => steps.onEvent(event));
  return steps;
}

interface Measured {
  row: (string | number)[];
  shares: number[];
  greetings: number[];
  turns: { steps: TurnSteps; heardAt: number }[];
}

function summary(results: { caller: CallerReport; steps: Steps }[]): Measured {
  const shares: number[] = [];
  const voiceToAudio: number[] = [];
  const turns: Measured['turns'] = [];
  for (const { caller, steps } of results) {
    if (caller.lost) throw new Error(`the call ${caller.session} was lost: ${caller.lost}`);
    for (const { lastSpeechSentAt, firstMediaAt } of caller.turns) {
      const turn = steps.before(firstMediaAt);
      voiceToAudio.push(firstMediaAt - lastSpeechSentAt);
      if (!turn) continue;
      shares.push(firstMediaAt - turn.stopNoticed - MODEL_MS);
      turns.push({ steps: turn, heardAt: firstMediaAt });
    }
  }
  const greetings = results.flatMap(({ caller }) => caller.greetingMs ?? []);
  const missed = results.reduce((sum, { caller }) => sum + caller.unanswered + caller.early, 0);
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
