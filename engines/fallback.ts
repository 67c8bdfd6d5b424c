import { EngineError } from './error.ts';

/** When a second engine takes the first one's place. */
export interface FallbackPolicy {
  /** The first engine is slow when nothing of its answer has come by then, ms. */
  slowMs: number;
  report: OnFallback;
}

export type OnFallback = (event: FallbackEvent) => void;

/** `took-over`: the second engine answers in this turn; `skipped`, `back`: from now on the first is left out, is not. */
export interface FallbackEvent {
  type: 'took-over' | 'skipped' | 'back';
  first: string;
  second: string;
  /** Why the second took over. */
  reason?: string;
}

/** Failures one after the other after which the first engine is left out. */
const MOST_FAILURES = 2;
/** How long it is, before it is tried again, ms. */
const SKIP_MS = 10_000;

/**
 * Which of two engines is asked. After two failures in a row the first is left out, so that no caller waits for it;
 * every 10 s one real request goes to both, and the first is back when it has answered.
 */
export class Circuit {
  private failures = 0;
  private probeAt: number | undefined;

  constructor(
    private readonly names: { first: string; second: string },
    private readonly report: OnFallback,
  ) {}

  get usesFirst(): boolean {
    return this.probeAt === undefined;
  }

  /** Whether this request should go to the first engine too; then `succeeded` or `failed` is to be called. */
  takeProbe(): boolean {
    if (this.probeAt === undefined || performance.now() < this.probeAt) return false;
    this.probeAt = performance.now() + SKIP_MS;
    return true;
  }

  succeeded() {
    this.failures = 0;
    if (this.usesFirst) return;
    this.probeAt = undefined;
    this.report({ type: 'back', ...this.names });
  }

  /** The second engine answers in its place. */
  tookOver(error: unknown) {
    this.report({ type: 'took-over', ...this.names, reason: messageOf(error) });
    this.failed();
  }

  failed() {
    this.failures += 1;
    if (this.failures < MOST_FAILURES) return;
    if (this.usesFirst) this.report({ type: 'skipped', ...this.names });
    this.probeAt = performance.now() + SKIP_MS;
  }
}

/** Warms both up; one of them is enough. Rejects with the first engine's error where neither can be used. */
export async function warmUpBoth(
  first: { warmUp(): Promise<void> },
  second: { warmUp(): Promise<void> },
  circuit: Circuit,
): Promise<void> {
  const [one, other] = await Promise.allSettled([first.warmUp(), second.warmUp()]);
  if (one.status === 'fulfilled') return;
  if (other.status === 'rejected') throw one.reason;
  circuit.tookOver(one.reason);
}

/** Rejects with an EngineError when `answer` has not come within `ms`. */
export async function inTime<T>(answer: Promise<T>, engine: string, ms: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    const error = new EngineError(engine, `no answer within ${ms} ms`, { retryable: true });
    timer = setTimeout(() => reject(error), ms);
  });
  return Promise.race([answer, late]).finally(() => clearTimeout(timer));
}

const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error));
