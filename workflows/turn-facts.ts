import type { ReplyResult, SpeakResult } from '../activities/types.ts';
import type { StageName, TurnFacts } from '../call/facts.ts';
import type { Stages } from './stages.ts';
import type { Said } from './turn.ts';

/** What a turn's stages tell beside what was said; without a reply where no stage could give one. */
export function factsOf(
  stages: Stages,
  turn: number,
  said: Said,
  reply?: ReplyResult,
  spoken?: SpeakResult,
): TurnFacts {
  const answered = reply?.kind === 'answered' ? reply : undefined;
  const heard = spoken?.kind === 'spoken' ? spoken : undefined;
  const { confidence, engine: recogniser, noticedAt, heardAt, audioMs } = said;
  const stagesOfTurn: [StageName, { attempts?: number } | undefined, boolean | undefined][] = [
    ['listen', said, said.fallback],
    ['reply', reply, answered?.fallback],
    ['speak', spoken, heard?.fallback],
  ];
  const attempts = stagesOfTurn.flatMap(([stage, result]) => {
    const starts = (result?.attempts ?? 1) + stages.takeRestarts(`${stage}-${turn}`);
    return starts > 1 ? [[stage, starts]] : [];
  });
  return {
    confidence,
    similarity: answered?.similarity,
    inputTokens: answered?.inputTokens,
    outputTokens: answered?.outputTokens,
    recogniser,
    voice: heard?.engine,
    fallbacks: stagesOfTurn.filter(([, , fallback]) => fallback).map(([stage]) => stage),
    attempts: Object.fromEntries(attempts),
    noticedAt,
    heardAt,
    firstTokenMs: answered?.firstTokenMs,
    firstVoiceMs: heard?.firstVoiceMs,
    audioMs,
    playedMs: heard?.playedMs,
    characters: heard?.characters,
  };
}
