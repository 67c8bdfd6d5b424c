import type { AudioChunk, OutHeader } from '../stream/audio-chunk.ts';
import { type CallEvent, replyUtterance } from '../stream/events.ts';

/** What the engines took for a turn, ms, as their stages say. */
interface Turn {
  turn: number;
  revision: number;
  recognisedMs: number;
  /** The silence that the policy asked for. */
  silenceMs: number;
}

/** Hearings whose reply may be prepared at once: more than a caller can make in one turn. */
const REMEMBERED = 32;

/**
 * Orkestra's own share of what a caller waits: from the moment that the detector notices the end of speech to the
 * first audio of the reply, less what the recogniser, the policy of endpointing, the model and the voice took. All
 * moments are of this process' clock, and of the others only durations are taken: clocks that differ do not matter.
 */
export class OwnShare {
  private speech: { endedAt: number; noticedAt: number } | undefined;
  private turn: Turn | undefined;
  /** By turn and revision. */
  private readonly firstSentenceMs = new Map<string, number>();
  private readonly firstAudioMs = new Map<string, number>();

  onSpeechStopped(endedAt: number, noticedAt: number) {
    this.speech = { endedAt, noticedAt };
  }

  onChunk({ header }: AudioChunk<OutHeader>) {
    const { turn, revision, engineMs } = header;
    if (turn !== undefined && revision !== undefined && engineMs !== undefined) {
      remember(this.firstAudioMs, keyOf(turn, revision), engineMs);
    }
  }

  onEvent(event: CallEvent) {
    switch (event.type) {
      case 'reply.sentence':
        if (event.engineMs !== undefined) {
          remember(this.firstSentenceMs, keyOf(event.turn, event.revision), event.engineMs);
        }
        return;
      case 'turn.final': {
        const { turn, revision, engineMs: recognisedMs, silenceMs } = event;
        const known = recognisedMs !== undefined && silenceMs !== undefined;
        this.turn = known ? { turn, revision, recognisedMs, silenceMs } : undefined;
        return;
      }
      // The reply had to wait for something else that was being played.
      case 'playback.ended':
      case 'playback.paused':
        this.speech = undefined;
    }
  }

  /** What a reply had to wait for besides the engines, ms, when its first audio leaves at `at`; undefined where that can't be told. */
  of(utterance: string, at: number): number | undefined {
    const { speech, turn: heard } = this;
    if (!speech || !heard || replyUtterance(heard.turn) !== utterance) return undefined;
    this.speech = undefined;
    const key = keyOf(heard.turn, heard.revision);
    const [sentenceMs, audioMs] = [this.firstSentenceMs.get(key), this.firstAudioMs.get(key)];
    if (sentenceMs === undefined || audioMs === undefined) return undefined;
    const heardAt = speech.noticedAt + heard.recognisedMs;
    const mayAnswerAt = Math.max(heardAt, speech.endedAt + heard.silenceMs);
    // In the pause the reply is prepared: what was ready by then, the caller does not wait for.
    const readyAt = Math.max(mayAnswerAt, heardAt + sentenceMs + audioMs);
    return Math.max(0, at - readyAt);
  }
}

const keyOf = (turn: number, revision: number) => `${turn} ${revision}`;

function remember(map: Map<string, number>, key: string, ms: number) {
  if (map.has(key)) return;
  map.set(key, ms);
  if (map.size > REMEMBERED) map.delete(map.keys().next().value!);
}
