import { endpointDelayMs } from '../activities/listen/endpointing.ts';
import { defaultCallSettings } from '../call/settings.ts';
import { loadConfig } from '../config/load.ts';
import { endpointing } from '../domains/banking/endpointing.ts';
import { createMoonshine } from '../engines/stt/moonshine.ts';
import { createSilero } from '../engines/vad/silero.ts';
import { run as measureBargeIn } from './barge-in.ts';
import { report } from './platform.ts';
import { median, percentile, table } from './statistics.ts';
import { hearPauses, type HeardPause, turnEndMs } from './turn-end/pauses.ts';
import { audioOf, type TurnRecording, turnRecordings } from './turn-end/recordings.ts';
import { sendThroughGateway } from './turn-end/telephone-line.ts';

/**
 * How turns end, on the recordings of test/turns: the gateway's voice detection with real Silero, real Moonshine at
 * each pause, and the endpointing policy as it is configured by default, for the banking domain.
 *
 * A turn is cut off when it ends with words still to come, or never, since no words were heard in it. The delay is
 * the silence from the caller's last word to the final hearing, at turns that were not cut off. Part of it is what the
 * detector and the recogniser need until the words are known, which no policy gets under; the rest is added by the
 * policy. What callers do while the bot speaks is measured after it, by barge-in.ts.
 */
const TARGET = { cutOff: 0.1, addedMs: 300 };
/** Settings of `endpointingMs`, ms, that trade delay for cut-offs. */
const SHORTEST = [0, 200, 300, 400, 500, 600, 700];
/** Silences in ms of a policy that knows no words, to compare with. */
const FIXED = [200, 300, 500, 700, 1_000];
/** What is left of a last word this late is no word, ms. */
const LAST_SOUND_MS = 100;

interface Turn {
  recording: TurnRecording;
  pauses: HeardPause[];
}
type Wait = (pause: HeardPause, recording: TurnRecording) => number;

export async function run() {
  const turns = await hearAll();
  const groups = (key: 'kind' | 'noise' | 'part') =>
    [...new Set(turns.map(({ recording }) => recording[key]))].map((name) => [
      name,
      ...row(
        turns.filter(({ recording }) => recording[key] === name),
        policy(),
      ),
    ]);
  const heading = ['turns', 'cut off', '%', 'delay mean', 'p50', 'p95', 'of it needed', 'added'];
  const results = [
    ['', ...heading],
    ...groups('kind'),
    ...groups('noise'),
    ...groups('part'),
    ['all', ...row(turns, policy())],
  ];
  const untuned = turns.filter(({ recording }) => recording.part !== 'tuned');
  const curve = [
    ['held out and unseen', ...heading],
    ...SHORTEST.map((ms) => [`endpointingMs ${ms}`, ...row(untuned, policy(ms))]),
    ...FIXED.map((ms) => [`${ms} ms of silence`, ...row(untuned, () => ms)]),
  ];
  process.stdout.write(`${table(results)}\n\n${table(curve)}\n\n`);
  judge('all recordings', summary(turns, policy()));
  const unseen = turns.filter(({ recording }) => recording.part === 'unseen');
  judge('those made after the policy', summary(unseen, policy()));
  await measureBargeIn();
}

async function hearAll(): Promise<Turn[]> {
  const config = loadConfig();
  const vad = createSilero(config.models.folder);
  const stt = createMoonshine(config.models.folder);
  await Promise.all([vad.warmUp(), stt.warmUp()]);
  const turns: Turn[] = [];
  for (const recording of turnRecordings()) {
    const events = await sendThroughGateway(audioOf(recording), vad, config.gateway.speechStopMs);
    turns.push({ recording, pauses: await hearPauses(events, stt) });
    if (turns.length % 20 === 0) report(`${turns.length} turns heard`);
  }
  await Promise.all([vad.close(), stt.close()]);
  return turns;
}

function policy(endpointingMs = defaultCallSettings.endpointingMs): Wait {
  const settings = { ...defaultCallSettings, endpointingMs };
  return ({ text, spokenMs }, { asked }) => endpointDelayMs({ text, asked, spokenMs }, settings, endpointing);
}

function summary(turns: Turn[], wait: Wait) {
  const delays: number[] = [];
  const needed: number[] = [];
  const added: number[] = [];
  let cutOff = 0;
  for (const { recording, pauses } of turns) {
    const { endMs } = recording;
    const end = turnEndMs(pauses, (pause) => wait(pause, recording));
    if (end === undefined || end < endMs - LAST_SOUND_MS) cutOff++;
    else {
      const { heardMs } = pauses.findLast((pause) => pause.heardMs <= end)!;
      delays.push(Math.max(0, end - endMs));
      needed.push(Math.max(0, heardMs - endMs));
      added.push(end - heardMs);
    }
  }
  return { turns: turns.length, cutOff, delays, needed, added };
}

function row(turns: Turn[], wait: Wait): (string | number)[] {
  const { cutOff, delays, needed, added } = summary(turns, wait);
  const share = ((100 * cutOff) / turns.length).toFixed(1);
  const ms = [mean(delays), median(delays), percentile(delays, 0.95), mean(needed), mean(added)];
  return [turns.length, cutOff, share, ...ms.map((value) => value.toFixed(0))];
}

function judge(which: string, { turns, cutOff, delays, added }: ReturnType<typeof summary>) {
  const met = cutOff <= TARGET.cutOff * turns && mean(added) <= TARGET.addedMs;
  const target = `at most ${100 * TARGET.cutOff} % cut off at ${TARGET.addedMs} ms of added delay`;
  const share = ((100 * cutOff) / turns).toFixed(1);
  const seen = `${share} % at ${mean(added).toFixed(0)} ms, ${mean(delays).toFixed(0)} ms after the last word`;
  process.stdout.write(`Target, on ${which}: ${target}: ${seen}: ${met ? 'met' : 'MISSED'}\n`);
  if (!met) process.exitCode = 1;
}

const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
