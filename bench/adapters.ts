import { Client, Connection } from '@temporalio/client';
import { adapterControl } from '../api/adapters.ts';
import { workflowIdOf } from '../call/request.ts';
import type { Turn } from '../call/transcript.ts';
import { loadConfig } from '../config/load.ts';
import { temporalConnection } from '../config/temporal.ts';
import { transcriptQuery, useAdapterSignal } from '../workflows/messages.ts';
import { answerOf, startLoraEndpoint } from './adapters/lora-endpoint.ts';
import { peerSettings } from './peer-settings.ts';
import { report, startPlatform } from './platform.ts';
import { median, percentile, table } from './statistics.ts';
import { type CallerReport, TwilioCaller } from './twilio-caller.ts';
import { loadUtterances } from './utterances.ts';

/**
 * Switching adapters in live calls: Twilio calls in real time, before every second turn a signal. A switch took effect
 * when the next turn's answer, as the caller heard it, is that of the adapter, and its history says so too. What it adds
 * is the delay from the caller's last speech frame to the first audio of the reply, in turns with a switch against
 * those without, of the same calls.
 */
const TARGET = { addedMs: 50 };
const CALLS = 10;
/** Half of them with a switch: 200 in all. */
const TURNS = 40;
/** From the signal to the caller's first word, ms: the shortest leaves time for the request, not for the rest. */
const AHEAD_MS = { from: 60, to: 600 };
/** Starts of calls are spread over this, ms. */
const STAGGER_MS = 3_000;

interface Trial {
  adapter: string;
  acceptedAt: number;
}

export async function run() {
  const endpoint = await startLoraEndpoint();
  const engines = { ORKESTRA_LLM: 'openai', OPENAI_BASE_URL: endpoint.baseUrl, OPENAI_MODEL: 'base' };
  const platform = await startPlatform({ engines });
  Object.assign(process.env, platform.env);
  const { connectionOptions, namespace } = temporalConnection();
  const connection = await Connection.connect(connectionOptions);
  const client = new Client({ connection, namespace });
  try {
    const adapters = ['default', ...(await loadAdapters(client))];
    const calls = await Promise.all(
      Array.from({ length: CALLS }, async (_, i) => {
        await new Promise((resolve) => setTimeout(resolve, (STAGGER_MS * i) / CALLS));
        return measureCall(client, platform.twilioUrl, `bench-adapters-${Date.now()}-${i}`, adapters);
      }),
    );
    judge(calls);
  } finally {
    await connection.close();
    await platform.stop();
    endpoint.stop();
  }
}

async function loadAdapters(client: Client): Promise<string[]> {
  const control = adapterControl(client, loadConfig().temporal.taskQueuePrefix);
  const refs: string[] = [];
  for (const name of ['formal', 'brief']) {
    const weights = { engine: 'openai', baseModel: 'base', weights: `/adapters/${name}` } as const;
    const { adapter } = await control.create({ kind: 'lora', name, ...weights });
    await control.load(adapter);
    refs.push(adapter);
  }
  report(`${refs.join(', ')} are loaded`);
  return refs;
}

async function measureCall(client: Client, url: string, session: string, adapters: string[]) {
  const utterances = loadUtterances();
  const mine = Array.from({ length: TURNS }, (_, n) => utterances[n % utterances.length]!);
  const handle = client.workflow.getHandle(workflowIdOf(session));
  const trials: Trial[] = [];
  let turn = 0;
  const pause = () => {
    turn += 1;
    const ahead = AHEAD_MS.from + Math.random() * (AHEAD_MS.to - AHEAD_MS.from);
    if (turn % 2 === 1) return ahead;
    const adapter = adapters[(turn / 2) % adapters.length]!;
    void handle
      .signal(useAdapterSignal, { adapter })
      .then(() => trials.push({ adapter, acceptedAt: performance.timeOrigin + performance.now() }));
    return ahead;
  };
  const caller = await new TwilioCaller(url, session, mine, pause, peerSettings).run();
  if (caller.lost) throw new Error(`the call ${session} was lost: ${caller.lost}`);
  await handle.result();
  const { turns } = await handle.query(transcriptQuery);
  return { caller, trials, turns };
}

interface Call {
  caller: CallerReport;
  trials: Trial[];
  turns: Turn[];
}

function judge(calls: Call[]) {
  const delays: { with: number[]; without: number[] } = { with: [], without: [] };
  const counts = { trials: 0, effective: 0, unanswered: 0, wrongLater: 0 };
  for (const { caller, trials, turns } of calls) {
    counts.unanswered += caller.unanswered + caller.early;
    let before = 0;
    for (const { turn, adapter, answer, times } of turns) {
      // By time, not by number: an utterance may be lost on a busy machine, and its turn with it.
      const accepted = trials.filter(({ acceptedAt }) => acceptedAt < times.speechStartedAt);
      const expected = accepted.at(-1)?.adapter ?? 'default';
      const isNext = accepted.length > before;
      const asExpected =
        adapter === expected && answer === answerOf(expected === 'default' ? 'base' : expected);
      if (isNext) counts.trials += 1;
      if (isNext && asExpected) counts.effective += 1;
      if (!isNext && !asExpected) counts.wrongLater += 1;
      if (!asExpected) {
        const ago = times.speechStartedAt - (accepted.at(-1)?.acceptedAt ?? 0);
        report(
          `${caller.session} turn ${turn}: ${adapter} instead of ${expected}, accepted ${ago.toFixed(0)} ms before`,
        );
      }
      if (times.voiceToVoiceMs !== undefined) delays[isNext ? 'with' : 'without'].push(times.voiceToVoiceMs);
      before = accepted.length;
    }
  }
  const ms = (value: number) => value.toFixed(1);
  const row = (name: string, values: number[]) => [
    name,
    values.length,
    ms(median(values)),
    ms(percentile(values, 0.95)),
  ];
  process.stdout.write(
    `${table([['turns', 'count', 'voice to audio p50, ms', 'p95'], row('with a switch before', delays.with), row('without', delays.without)])}\n\n`,
  );
  const added = {
    p50: median(delays.with) - median(delays.without),
    p95: percentile(delays.with, 0.95) - percentile(delays.without, 0.95),
  };
  const { trials, effective, wrongLater, unanswered } = counts;
  const met =
    trials > 0 &&
    effective === trials &&
    wrongLater === 0 &&
    Math.max(added.p50, added.p95) <= TARGET.addedMs;
  process.stdout.write(
    `${effective} of ${trials} switches took effect with the next turn; ${wrongLater} later turns by another adapter; ${unanswered} turns without an answer.\n` +
      `Added: ${ms(added.p50)} ms p50, ${ms(added.p95)} ms p95. Target: all switches, at most ${TARGET.addedMs} ms added: ${met ? 'met' : 'MISSED'}\n`,
  );
  if (!met) process.exitCode = 1;
}
