/** The one error that engines throw. `retryable`: the same request may succeed a moment later. */
export class EngineError extends Error {
  override name = 'EngineError';
  readonly engine: string;
  readonly retryable: boolean;

  constructor(engine: string, message: string, options: { retryable: boolean; cause?: unknown }) {
    super(`${engine}: ${message}`, { cause: options.cause });
    this.engine = engine;
    this.retryable = options.retryable;
  }
}
