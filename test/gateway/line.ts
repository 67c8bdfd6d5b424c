import type { MediaFormat } from '../../audio/format.ts';
import { gatewayLimits } from '../../gateway/limits.ts';
import { type Noted, Playback } from '../../gateway/playback.ts';
import type { Transport } from '../../gateway/transport.ts';
import type { OutHeader } from '../../stream/audio-chunk.ts';
import { now } from '../../stream/call-stream.ts';
import type { CallEvent } from '../../stream/events.ts';
import { mulaw } from './lab.ts';

/** Loud enough to be speech in μ-law. */
const LOUD = 0x10;

/** Playback to a client that is in the test's hands. */
export class Line {
  readonly sent: { at: number; audio: Buffer }[] = [];
  readonly marks: string[] = [];
  readonly noted: Noted[] = [];
  readonly events: CallEvent[] = [];
  cleared = 0;
  droppedChunks = 0;
  mayStart = true;
  speechEndedAt: number | undefined;
  readonly playback: Playback;

  constructor(format: MediaFormat = mulaw, bounds = gatewayLimits) {
    const transport: Transport = {
      format,
      confirm: () => undefined,
      refuse: () => undefined,
      sendAudio: (audio) => void this.sent.push({ at: now(), audio: Buffer.from(audio) }),
      sendMark: (name) => void this.marks.push(name),
      clear: () => void this.cleared++,
      end: () => undefined,
    };
    this.playback = new Playback({
      transport,
      bounds,
      emit: (event) => {
        this.events.push(event);
        // As the gateway's own events come back to it from the stream.
        this.playback.onEvent(event);
      },
      mayStart: () => this.mayStart,
      speechAnswered: () => this.speechEndedAt,
      note: (noted) => void this.noted.push(noted),
      onSent: () => undefined,
      onDropped: () => void this.droppedChunks++,
    });
  }

  /** A chunk of `ms`; a whole utterance of one sentence unless the header says otherwise. */
  chunk(ms: number, header: Partial<OutHeader> = {}, fill = LOUD) {
    this.playback.onChunk({
      header: {
        utterance: 'greeting',
        attempt: 1,
        sentence: 0,
        lastOfSentence: true,
        lastOfUtterance: true,
        format: mulaw,
        ...header,
      },
      audio: Buffer.alloc(ms * 8, fill),
    });
  }

  final(turn: number, revision: number) {
    this.playback.onEvent({
      type: 'turn.final',
      at: now(),
      turn,
      attempt: 1,
      revision,
      text: '',
    } as CallEvent);
  }

  sentMs() {
    return this.sent.reduce((sum, { audio }) => sum + audio.length, 0) / 8;
  }

  /** `started NAME` and `ended NAME`, with what was heard of it. */
  story() {
    return this.events.map((event) =>
      event.type === 'playback.ended'
        ? `${event.interrupted ? 'cut' : 'ended'} ${event.utterance} ${event.playedMs}: ${event.heard}`
        : event.type === 'playback.started' && `started ${event.utterance}`,
    );
  }
}

/** A chunk that ends neither its sentence nor its utterance. */
export const part = { lastOfSentence: false, lastOfUtterance: false };
