import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { packageRoot } from '../../config/package.ts';
import { loadConfig } from '../../config/load.ts';
import { createVadEngine } from '../../engines/vad/create.ts';
import type { VadEngine } from '../../engines/vad/engine.ts';
import { VoiceDetector } from '../../gateway/voice-detector.ts';
import { FRAME_MS, SILENCE, type Utterance } from '../telephone-frames.ts';
import { loadUtterances } from '../utterances.ts';

/** In frames, from the first frame of speech and from the last one to the frame that made the detector say so. */
export interface VadDelay {
  start: number | null;
  stop: number | null;
}

/** Of each recording, for each way in which 20 ms frames meet 32 ms windows: they meet the same way every 8 frames. */
export type VadDelays = VadDelay[][];

const PHASES = 8;
/** Ten seconds of silence go before: a multiple of `PHASES`. */
const SILENCE_BEFORE = 504;
const SILENCE_AFTER = 60;
const STOP_MS = 200;
const before = Array.from({ length: PHASES }, (_, phase) => SILENCE_BEFORE + phase);

/** What voice detection alone took for a turn, ms. */
export function stopDelayMs(delays: VadDelays, recording: number, framesBefore: number): number {
  const { stop } = delays[recording]![framesBefore % PHASES]!;
  if (stop === null) throw new Error(`the detector does not hear recording ${recording} end`);
  return stop * FRAME_MS;
}

/** Orkestra's own: its gateway's detector, without the gateway. */
export async function orkestraDelays(): Promise<VadDelays> {
  const engine = createVadEngine(loadConfig());
  await engine.warmUp();
  const all: VadDelays = [];
  for (const utterance of loadUtterances()) {
    const delays: VadDelay[] = [];
    for (const silence of before) delays.push(await orkestraDelay(engine, utterance, silence));
    all.push(delays);
  }
  await engine.close();
  return all;
}

async function orkestraDelay(engine: VadEngine, utterance: Utterance, silence: number): Promise<VadDelay> {
  let judged: Promise<number> | number = 0;
  const watched: VadEngine = {
    ...engine,
    open(rate) {
      const stream = engine.open(rate);
      return {
        windowSamples: stream.windowSamples,
        next: (window) => {
          const probability = stream.next(window);
          judged = probability;
          return probability;
        },
        close: () => stream.close(),
      };
    },
  };
  let frame = 0;
  const delay: VadDelay = { start: null, stop: null };
  const format = { encoding: 'mulaw', sampleRate: 8_000 } as const;
  const detector = new VoiceDetector(watched, format, STOP_MS, {
    onStarted: () => (delay.start ??= frame - silence - utterance.firstSpeech),
    onStopped: () => (delay.stop = frame - silence - utterance.lastSpeech),
    onError(error) {
      throw error;
    },
  });
  const quiet = (frames: number) => Array<string>(frames).fill(SILENCE);
  for (const payload of [...quiet(silence), ...utterance.frames, ...quiet(SILENCE_AFTER)]) {
    detector.write(Buffer.from(payload, 'base64'));
    await judged;
    frame += 1;
    // The detector looks at an answer after whoever waited for it first.
    await Promise.resolve();
  }
  detector.close();
  return delay;
}

/** Pipecat's own, by the Python that has it. */
export function pipecatDelays(python: string): VadDelays {
  const utterances = loadUtterances();
  const asked = {
    frames: utterances.map(({ frames }) => frames),
    first: utterances.map(({ firstSpeech }) => firstSpeech),
    last: utterances.map(({ lastSpeech }) => lastSpeech),
    before,
  };
  const program = join(packageRoot, 'bench', 'peers', 'vad_delays.py');
  const { status, stdout, stderr } = spawnSync(python, ['-W', 'ignore', program], {
    input: JSON.stringify(asked),
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`Pipecat's voice detection could not be run: ${stderr}`);
  return JSON.parse(stdout) as VadDelays;
}
