import { ApplicationFailure, log } from '@temporalio/workflow';
import type { SpeakResult, SpeechSource } from '../activities/types.ts';
import { waitingUtterances } from './limits.ts';
import type { CallMemory } from './memory.ts';
import type { Stages } from './stages.ts';

/** What the bot says outside its replies: the greeting, prompts after silence, words from outside, the farewell. */
export class Asides {
  underWay = 0;

  constructor(
    private readonly memory: CallMemory,
    private readonly stages: Stages,
  ) {}

  /** Says words from outside after whatever is being said; returns the utterance's name. */
  say(text: string): string {
    this.assertRoom();
    const utterance = `say-${(this.memory.says += 1)}`;
    void this.speak(utterance, { text });
    return utterance;
  }

  assertRoom() {
    if (this.underWay < waitingUtterances) return;
    throw ApplicationFailure.nonRetryable(
      `${waitingUtterances} utterances already wait to be spoken in this call; try again when some have been.`,
    );
  }

  /** Resolves when it has been heard or can't be any more; never rejects. */
  async speak(utterance: string, source: SpeechSource): Promise<SpeakResult> {
    const { memory } = this;
    const beforeTurn = memory.turn;
    this.underWay += 1;
    try {
      const { settings, place } = memory;
      const { session, domain } = memory.request;
      const speech = { session, domain, utterance, cursor: place.cursor, settings, source };
      const result = await this.stages.run({ id: utterance, summary: utterance }, (act, arming) =>
        act.speak({ ...speech, ...arming }),
      );
      if (result.kind === 'spoken') {
        const { text, heard, interrupted } = result;
        const { tally } = memory;
        tally.answeredAt ??= result.firstAudioAt;
        tally.botMs += result.playedMs;
        tally.line = result.line ?? tally.line;
        // Prompts are made once for all calls.
        if ('text' in source) {
          const { engine, characters = 0 } = result;
          tally.said[engine] = (tally.said[engine] ?? 0) + characters;
        }
        memory.addAside({ utterance, beforeTurn, text, heard, interrupted });
      }
      return result;
    } catch (error) {
      log.warn('an utterance could not be spoken', { utterance, error: String(error) });
      return { kind: 'unheard' };
    } finally {
      this.underWay -= 1;
    }
  }
}
