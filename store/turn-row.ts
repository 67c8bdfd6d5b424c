import type { TurnFacts } from '../call/facts.ts';
import type { Turn } from '../call/transcript.ts';
import { type PriceTable, recognitionCost, replyCost, speechCost } from './prices.ts';

/** How a turn was answered. */
export type TurnOutcome = 'answered' | 'interrupted' | 'unheard' | 'not-understood' | 'apology' | 'failed';

/** What a turn's row is made of beside the turn. */
export interface TurnContext {
  session: string;
  domain: string;
  prices: PriceTable;
  /** The domain's words for what it has no answer to. */
  fallback: string | undefined;
}

const time = (ms: number | undefined) => (ms === undefined ? null : new Date(ms));

/** A row of the table `turns`, by its columns. */
export function turnRow(turn: Turn, facts: TurnFacts, { session, domain, prices, fallback }: TurnContext) {
  const { times } = turn;
  const { recogniser = '', voice = '', inputTokens = 0, outputTokens = 0, characters = 0, audioMs } = facts;
  return {
    session,
    turn: turn.turn,
    domain,
    caller: turn.caller,
    answer: turn.answer,
    heard: turn.heard,
    interrupted: turn.interrupted,
    source: turn.source,
    adapter: turn.adapter,
    engine: turn.engine,
    tools: JSON.stringify(turn.tools),
    speech_started_at: time(times.speechStartedAt),
    speech_ended_at: time(times.speechEndedAt),
    final_at: time(times.finalAt),
    first_sentence_at: time(times.firstSentenceAt || undefined),
    first_audio_at: time(times.firstAudioAt),
    voice_to_voice_ms: times.voiceToVoiceMs,
    outcome: outcomeOfTurn(turn, facts, fallback),
    confidence: facts.confidence,
    similarity: facts.similarity,
    recogniser,
    voice,
    fallbacks: facts.fallbacks,
    attempts: JSON.stringify(facts.attempts),
    input_tokens: inputTokens,
    output_tokens: outputTokens,
    characters,
    audio_ms: audioMs,
    played_ms: facts.playedMs,
    listen_cost: recognitionCost(prices, recogniser, audioMs ?? 0),
    reply_cost: replyCost(prices, turn.engine, inputTokens, outputTokens),
    speak_cost: speechCost(prices, voice, characters),
    ...stagesOf(turn, facts),
    first_token_ms: facts.firstTokenMs,
    first_voice_ms: facts.firstVoiceMs,
  };
}

function outcomeOfTurn(turn: Turn, { failed }: TurnFacts, fallback: string | undefined): TurnOutcome {
  if (failed) return 'failed';
  if (turn.source === 'apology') return 'apology';
  if (turn.answer === fallback) return 'not-understood';
  if (turn.interrupted) return 'interrupted';
  return turn.heard === '' ? 'unheard' : 'answered';
}

/**
 * Where the wait of the caller's went, ms: stage after stage, each from where the one before it ended. A reply that was
 * prepared while the caller paused takes no time of its own.
 */
function stagesOf({ times }: Turn, { noticedAt, heardAt }: TurnFacts) {
  const { speechEndedAt, finalAt, firstSentenceAt, firstAudioAt } = times;
  const written = firstSentenceAt ? Math.max(firstSentenceAt, finalAt) : undefined;
  return {
    detection_ms: between(speechEndedAt, noticedAt),
    recognition_ms: between(noticedAt, heardAt),
    endpointing_ms: between(heardAt, finalAt),
    reply_ms: between(finalAt, written),
    speech_ms: between(written, firstAudioAt),
  };
}

/** Clocks of two machines may disagree by more than was waited. */
const between = (from: number | undefined, to: number | undefined) =>
  from === undefined || to === undefined ? undefined : Math.max(0, to - from);
