import type { EmbeddingEngine } from './embedding/engine.ts';
import { EngineError } from './error.ts';
import type { LlmEngine } from './llm/engine.ts';
import type { SttEngine } from './stt/engine.ts';
import type { TtsEngine } from './tts/engine.ts';
import type { VadEngine } from './vad/engine.ts';

export type EngineKind = 'stt' | 'llm' | 'tts' | 'vad' | 'embedding';

/** Is told how engines do. Must be quick, and must not throw. */
export interface EngineMeter {
  /** From a request to the first of its answer, ms. */
  answered(kind: EngineKind, engine: string, ms: number): void;
  failed(kind: EngineKind, engine: string, retryable: boolean): void;
}

/** Engines as they are, with a meter at them. A request that is given up by the one who asked counts as neither. */
export function metered(meter: EngineMeter) {
  const failed = (kind: EngineKind, engine: string, error: unknown) =>
    meter.failed(kind, engine, !(error instanceof EngineError) || error.retryable);

  async function* timedParts<T>(
    kind: EngineKind,
    engine: string,
    parts: AsyncIterable<T>,
    signal: AbortSignal,
    isAnswer: (part: T) => boolean,
  ): AsyncGenerator<T> {
    const asked = performance.now();
    let answered = false;
    try {
      for await (const part of parts) {
        if (!answered && isAnswer(part)) {
          answered = true;
          meter.answered(kind, engine, performance.now() - asked);
        }
        yield part;
      }
    } catch (error) {
      if (!signal.aborted) failed(kind, engine, error);
      throw error;
    }
  }

  return {
    stt: (engine: SttEngine): SttEngine =>
      over(engine, {
        open(options) {
          const stream = engine.open(options);
          let closed = false;
          return over(stream, {
            async finalize() {
              const asked = performance.now();
              try {
                const transcript = await stream.finalize();
                meter.answered('stt', engine.name, performance.now() - asked);
                return transcript;
              } catch (error) {
                if (!closed) failed('stt', engine.name, error);
                throw error;
              }
            },
            close() {
              closed = true;
              stream.close();
            },
          });
        },
      }),

    llm: (engine: LlmEngine): LlmEngine =>
      over(engine, {
        reply: (request, signal) =>
          timedParts(
            'llm',
            engine.name,
            engine.reply(request, signal),
            signal,
            ({ type }) => type === 'text',
          ),
      }),

    tts: (engine: TtsEngine): TtsEngine =>
      over(engine, {
        synthesize: (request, signal) =>
          timedParts('tts', engine.name, engine.synthesize(request, signal), signal, () => true),
      }),

    embedding: (engine: EmbeddingEngine): EmbeddingEngine =>
      over(engine, {
        async embed(texts) {
          const asked = performance.now();
          try {
            const vectors = await engine.embed(texts);
            meter.answered('embedding', engine.name, performance.now() - asked);
            return vectors;
          } catch (error) {
            failed('embedding', engine.name, error);
            throw error;
          }
        },
      }),

    /** Errors only: a window is 0.1 ms of work, some thousand times a second. */
    vad: (engine: VadEngine): VadEngine =>
      over(engine, {
        open(sampleRate) {
          const stream = engine.open(sampleRate);
          const onFailed = (error: unknown): never => {
            failed('vad', engine.name, error);
            throw error;
          };
          return {
            windowSamples: stream.windowSamples,
            next(window) {
              const probability = stream.next(window);
              return typeof probability === 'number' ? probability : probability.catch(onFailed);
            },
            close: () => stream.close(),
          };
        },
      }),
  };
}

/** The same object with some of its methods replaced; whatever else it has, or will have one day, it keeps. */
function over<T extends object>(whole: T, methods: Partial<T>): T {
  return new Proxy(whole, {
    get(target, key) {
      if (key in methods) return methods[key as keyof T];
      const value: unknown = Reflect.get(target, key);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}
