import { Counter } from 'prom-client';
import type { FallbackEvent, OnFallback } from '../engines/fallback.ts';
import type { WorkerContext } from './run.ts';

const WORDS: Record<FallbackEvent['type'], string> = {
  'took-over': 'the second engine took over',
  skipped: 'the first engine is left out until it recovers',
  back: 'the first engine is back',
};

/** Logs and counts what happens between an engine and the one that takes over from it. */
export function fallbackReport({ log, metrics }: WorkerContext, kind: 'stt' | 'tts' | 'llm'): OnFallback {
  const counter = new Counter({
    name: 'orkestra_engine_fallback_total',
    help: 'Times that an engine was taken over from, left out, and back.',
    labelNames: ['kind', 'first', 'second', 'event'],
    registers: [metrics],
  });
  return ({ type, first, second, reason }) => {
    counter.inc({ kind, first, second, event: type });
    log[type === 'back' ? 'info' : 'warn']({ first, second, reason }, WORDS[type]);
  };
}
