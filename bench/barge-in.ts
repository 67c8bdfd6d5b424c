import { configSchema } from '../config/schema.ts';
import { StreamHub } from '../stream/hub.ts';
import { measureHeardText } from './barge-in/heard-accuracy.ts';
import { backchannels, interruptions, noises, numbers } from './barge-in/sounds.ts';
import { type TimedSentence, TimedVoice } from './barge-in/timed-voice.ts';
import { type Kind, type Outcome, type Trial, TrialCall } from './barge-in/trial.ts';
import { type Platform, report, startPlatform } from './platform.ts';
import { percentile, table } from './statistics.ts';

type Rows = Parameters<typeof table>[0];

/** The engines that have to be real; the others may be scripted. */
const ENGINES = { ORKESTRA_STT: 'moonshine' };

const CALLS = 8;
const INTERRUPTIONS = 56;
const ECHOES = 24;

/** What the bot says meanwhile: none of it was used to tune how heard words are reckoned. */
const SENTENCES = [
  'Your new card will be in the post by Thursday, and the old one stops working as soon as you use it.',
  'If the payment is late, we charge a fee of $12.50, which we take from the same account.',
  'The branch on Maple Avenue closes early in winter, but the machine outside takes cash and cheques all day.',
  'For a loan of $25,000.00 over five years, you would pay $512.91 each month, including interest.',
  'A member of our staff calls you back within two working days, between nine in the morning and six in the evening.',
  'You can change the limit of your card in the app, under settings, as often as you like, and it costs nothing.',
  'Interest on savings is paid on the last day of March, June, September and December, at 3.4% a year.',
  'To close the account we need your signature, so please bring an identity card to any of our branches.',
];

export async function run() {
  const platform = await startPlatform({ engines: ENGINES });
  try {
    const { decisions, heard } = await measureBargeIn(platform);
    process.stdout.write(`${table(decisions)}\n\n${table(heard)}\n`);
  } finally {
    await platform.stop();
  }
}

/**
 * Calls in which the caller interrupts the bot, says "uh-huh", coughs, or sends the bot's voice back; half of them on
 * phones that echo marks. Rows for each kind of sound, and for the words that the call has as heard.
 */
async function measureBargeIn(platform: Platform): Promise<{ decisions: Rows; heard: Rows }> {
  const { redis, models } = configSchema.parse({ redis: { url: platform.redisUrl } });
  const voice = await TimedVoice.open(process.env.ORKESTRA_MODELS ?? models.folder);
  const sentences: TimedSentence[] = [];
  for (const text of SENTENCES) sentences.push(await voice.speak(text));
  const hub = new StreamHub(redis, () => undefined);
  const waiting = trials();
  const all = waiting.length;
  const outcomes: Outcome[] = [];
  const run = Math.random().toString(36).slice(2, 8);
  await Promise.all(
    Array.from({ length: CALLS }, async (_, i) => {
      const call = await TrialCall.open(platform.twilioUrl, hub, `bench-barge-${run}-${i}`, i % 2 === 0);
      for (let trial = waiting.shift(); trial; trial = waiting.shift()) {
        const outcome = await call.run(trial, sentences[outcomes.length % sentences.length]!);
        if (outcome) outcomes.push(outcome);
        else waiting.push(trial);
        if (outcome && outcomes.length % 20 === 0) report(`barge-in: ${outcomes.length} of ${all}`);
      }
      call.close();
    }),
  );
  await hub.close();
  for (const { trial, stopped, verdicts } of outcomes) {
    if (stopped !== (trial.kind === 'interruption')) {
      report(`${trial.kind} ${trial.sound?.name ?? ''} was taken for another: ${verdicts.join('; ')}`);
    }
  }
  return { decisions: decisions(outcomes), heard: await heard(outcomes, voice) };
}

function trials(): Trial[] {
  const random = numbers(11);
  const at = () => 0.15 + random() * 0.55;
  const wanted = interruptions();
  const real = Array.from({ length: INTERRUPTIONS }, (_, i) => wanted[i % wanted.length]!);
  const made: Trial[] = [
    ...real.map((sound) => ({ kind: 'interruption' as const, sound, at: at() })),
    ...[...backchannels(), ...backchannels()].map((sound) => ({
      kind: 'backchannel' as const,
      sound,
      at: at(),
    })),
    ...noises().map((sound) => ({ kind: 'noise' as const, sound, at: at() })),
    ...Array.from({ length: ECHOES }, () => ({
      kind: 'echo' as const,
      echo: { decibels: 20 + random() * 10, delayMs: Math.round(50 + random() * 150) },
      at: 0,
    })),
  ];
  const order = new Map(made.map((trial) => [trial, random()]));
  return made.sort((a, b) => order.get(a)! - order.get(b)!);
}

function decisions(outcomes: Outcome[]): Rows {
  const kinds: Kind[] = ['interruption', 'backchannel', 'noise', 'echo'];
  return [
    [
      'the caller',
      'trials',
      'stopped',
      'kept',
      'of them paused',
      'clear p50, ms',
      'p95',
      'silence p50, ms',
      'p95',
    ],
    ...kinds.map((kind) => {
      const of = outcomes.filter(({ trial }) => trial.kind === kind);
      const kept = of.filter(({ stopped }) => !stopped);
      const times = (pick: (outcome: Outcome) => number | undefined) =>
        [0.5, 0.95].map((p) =>
          ms(
            of.flatMap((outcome) => pick(outcome) ?? []),
            p,
          ),
        );
      return [
        kind,
        of.length,
        share(of.length - kept.length, of.length),
        share(kept.length, of.length),
        kept.filter(({ pauses }) => pauses > 0).length,
        ...times(({ clearMs }) => clearMs),
        ...times(({ silentMs }) => silentMs),
      ];
    }),
  ];
}

async function heard(outcomes: Outcome[], voice: TimedVoice): Promise<Rows> {
  const cuts = await measureHeardText(voice, SENTENCES);
  const rows = [true, false].map((marks) => {
    const of = outcomes.filter((outcome) => outcome.stopped && outcome.marks === marks);
    const within = (words: number) => of.filter(({ wordsOff }) => Math.abs(wordsOff) <= words).length;
    const label = marks ? 'in calls, marks echoed' : 'in calls, no marks';
    return [label, of.length, share(within(0), of.length), share(within(1), of.length)];
  });
  return [
    ['words heard', 'interruptions', 'exact', 'within one word'],
    ...rows,
    ['cuts of the sentences', cuts.cuts, share(cuts.exact, cuts.cuts), share(cuts.withinOne, cuts.cuts)],
  ];
}

const share = (part: number, all: number) =>
  all === 0 ? '-' : `${part} (${((100 * part) / all).toFixed(1)} %)`;
const ms = (values: number[], p: number) => (values.length === 0 ? '-' : percentile(values, p).toFixed(0));
