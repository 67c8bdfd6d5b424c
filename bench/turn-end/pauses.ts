import { SpeechInput } from '../../activities/listen/speech-input.ts';
import { defaultCallSettings } from '../../call/settings.ts';
import type { SttEngine } from '../../engines/stt/engine.ts';
import type { LineEvent } from './telephone-line.ts';
import { VirtualRecogniser } from './virtual-recogniser.ts';

/** A pause of the caller's as `listen` sees it, in ms of the recording. */
export interface HeardPause {
  /** Where the last speech frame ended. */
  endedMs: number;
  /** When the detector told so. */
  noticedMs: number;
  /** When the words up to here were recognised. */
  heardMs: number;
  text: string;
  /** How long the caller had spoken, pauses left out. */
  spokenMs: number;
  /** When the detector told that the caller goes on, if they do. */
  resumedMs?: number;
}

/** Recognises what was said up to each pause, as a turn of `listen` would that no pause ends. */
export async function hearPauses(events: LineEvent[], engine: SttEngine): Promise<HeardPause[]> {
  const recogniser = new VirtualRecogniser(engine);
  const input = { audioCursor: '0', settings: defaultCallSettings };
  const speech = new SpeechInput({ ...engine, open: recogniser.open }, input, () => undefined);
  const pauses: HeardPause[] = [];
  let hearing: Promise<void> | undefined;
  let startedMs = 0;
  let spokenMs = 0;
  for (const event of events) {
    await recogniser.advance(event.ms);
    if (event.type === 'audio') speech.write({ id: '0', ...event.chunk });
    else if (event.type === 'started') {
      const last = pauses.at(-1);
      if (last) last.resumedMs = event.ms;
      startedMs = event.startedMs;
    } else {
      const { endedMs, ms: noticedMs } = event;
      spokenMs += endedMs - startedMs;
      const pause: HeardPause = { endedMs, noticedMs, heardMs: Infinity, text: '', spokenMs };
      pauses.push(pause);
      hearing = speech.finalize().then(({ text }) => {
        pause.heardMs = recogniser.ms;
        pause.text = text;
        // As `listen` does: what held no words is forgotten.
        if (text || pause.resumedMs !== undefined) return;
        speech.reset();
        spokenMs = 0;
      });
    }
  }
  await recogniser.advance(Infinity);
  await hearing;
  speech.close();
  return pauses.filter(({ text }) => text !== '');
}

/**
 * When this turn ends, ms, if `waitMs` says how much silence each of its pauses must last: undefined where
 * nothing was heard at all.
 */
export function turnEndMs(pauses: HeardPause[], waitMs: (pause: HeardPause) => number): number | undefined {
  for (const pause of pauses) {
    const end = Math.max(pause.heardMs, pause.endedMs + waitMs(pause));
    if (pause.resumedMs === undefined || end < pause.resumedMs) return end;
  }
  return undefined;
}
