import { configSchema } from '../config/schema.ts';
import { createMoonshine } from '../engines/stt/moonshine.ts';
import { StreamHub } from '../stream/hub.ts';
import { type Made, makeTrials } from './barge-in/callers.ts';
import { measureHeardText } from './barge-in/heard-accuracy.ts';
import { measureHeardAgain } from './barge-in/heard-again.ts';
import { report as reportOf } from './barge-in/report.ts';
import { SENTENCES } from './barge-in/sentences.ts';
import { type TimedSentence, TimedVoice } from './barge-in/timed-voice.ts';
import { isTurn, TrialCall } from './barge-in/trial.ts';
import { trials } from './barge-in/trials.ts';
import { type Platform, report, startPlatform } from './platform.ts';

/** The engines that have to be real; the others may be scripted. */
const ENGINES = { ORKESTRA_STT: 'moonshine' };

/**
 * Calls in which the caller interrupts the bot, says "uh-huh", coughs, or sends the bot's voice back; half of them on
 * phones that echo marks: whether it stops, how soon, what the call has as heard, and what is heard after a pause.
 */
export async function run() {
  const platform = await startPlatform({ engines: ENGINES });
  const { redis, models } = configSchema.parse({ redis: { url: platform.redisUrl } });
  const folder = process.env.ORKESTRA_MODELS ?? models.folder;
  const voice = await TimedVoice.open(folder);
  const { outcomes, calls, free } = await make(platform, redis, voice).finally(() => platform.stop());
  for (const { trial, stopped, verdicts } of outcomes) {
    if (stopped !== isTurn(trial.kind)) {
      report(`${trial.kind} ${trial.sound?.name ?? ''} was taken for another: ${verdicts.join('; ')}`);
    }
  }
  const stt = createMoonshine(folder);
  const again = await measureHeardAgain(outcomes, stt);
  await stt.close();
  const cuts = await measureHeardText(voice, SENTENCES);
  const { text, met } = reportOf({ outcomes, cuts, again });
  report(`${calls.toFixed(0)} calls at once, ${(100 * free).toFixed(0)} % of the cores free meanwhile`);
  process.stdout.write(`${text}\n`);
  if (!met) process.exitCode = 1;
}

async function make(
  platform: Platform,
  redis: ConstructorParameters<typeof StreamHub>[0],
  voice: TimedVoice,
): Promise<Made> {
  const sentences: TimedSentence[] = [];
  for (const text of SENTENCES) sentences.push(await voice.speak(text));
  const hub = new StreamHub(redis, () => undefined);
  const run = Math.random().toString(36).slice(2, 8);
  const open = (call: string, marks: boolean) =>
    TrialCall.open(platform.twilioUrl, hub, `bench-barge-${run}-${call}`, marks);
  return makeTrials({ trials: trials(), sentences, open }).finally(() => hub.close());
}
