import type { CallSpan } from '../call/call-span.ts';
import type { EndedStage } from './stage-watch.ts';

/** The span of a stage, from its having something to do; undefined for one that never had. */
export function stageSpan(ended: EndedStage): CallSpan | undefined {
  const { stage, session, turn, beganAt, askedAt, answeredAt, outcome, endedAt } = ended;
  const startedAt = beganAt ?? (turn === undefined ? ended.armedAt : undefined);
  if (startedAt === undefined) return undefined;
  const result = 'result' in outcome ? outcome.result : undefined;
  return {
    session,
    name: stage,
    turn,
    startedAt,
    endedAt,
    attributes: {
      domain: ended.domain,
      adapter: result?.adapter ?? ended.adapter,
      attempt: ended.attempt,
      retry: ended.isRetry,
      armed_ms: Math.round(startedAt - ended.armedAt),
      outcome: result ? result.kind : (outcome as { failure: string }).failure,
      engine: result?.engine,
      source: result?.source,
      interrupted: result?.interrupted,
      input_tokens: result?.inputTokens,
      output_tokens: result?.outputTokens,
    },
    parts:
      askedAt !== undefined && answeredAt !== undefined
        ? [{ name: `${stage} engine`, startedAt: askedAt, endedAt: answeredAt }]
        : [],
    error: 'error' in outcome && outcome.failure === 'failed' ? nameOf(outcome.error) : undefined,
  };
}

// Its message may repeat what the caller said.
const nameOf = (error: unknown) => (error instanceof Error ? error.name : 'Error');
