import { EngineError } from './error.ts';

export interface WorkQueueOptions {
  /** Jobs that run at once. */
  concurrency: number;
  /** Of these, how many only urgent jobs may take: no urgent job then waits for one that has time. */
  keptForUrgent: number;
  /** Most jobs that wait; one more is refused. */
  limit: number;
}

interface Waiting {
  dueAt: number;
  start(): void;
}

/** A job is urgent that is due within this, ms: it takes most of that itself. */
const URGENT_MS = 1_000;

/** Runs jobs a few at a time, what is due first before the others; of those due at once, what came first. */
export class WorkQueue {
  private readonly waiting: Waiting[] = [];
  private running = 0;

  constructor(
    private readonly engine: string,
    private readonly options: WorkQueueOptions,
  ) {}

  /**
   * Resolves with what the job gives. `dueAt` is when that is needed, by `performance.now()`: 0 is at once, Infinity is
   * whenever there is nothing else to do. `signal` takes it out of the queue, with the signal's reason; a job that
   * has begun goes on. Throws EngineError where too many jobs wait.
   */
  run<T>(job: () => Promise<T>, { dueAt, signal }: { dueAt: number; signal?: AbortSignal }): Promise<T> {
    if (signal?.aborted) return Promise.reject(signal.reason as Error);
    if (this.waiting.length >= this.options.limit) {
      const message = `has ${this.options.limit} requests waiting and takes no more for now`;
      return Promise.reject(new EngineError(this.engine, message, { retryable: true }));
    }
    return new Promise<T>((resolve, reject) => {
      const leave = () => {
        this.waiting.splice(this.waiting.indexOf(entry), 1);
        reject(signal!.reason as Error);
      };
      const entry = {
        dueAt,
        start: () => {
          signal?.removeEventListener('abort', leave);
          job().finally(this.finished).then(resolve, reject);
        },
      };
      signal?.addEventListener('abort', leave, { once: true });
      this.enqueue(entry);
      this.startNext();
    });
  }

  private enqueue(entry: Waiting) {
    const after = this.waiting.findLastIndex(({ dueAt }) => dueAt <= entry.dueAt);
    this.waiting.splice(after + 1, 0, entry);
  }

  private readonly finished = () => {
    this.running--;
    this.startNext();
  };

  private startNext() {
    const next = this.waiting[0];
    if (!next) return;
    const { concurrency, keptForUrgent } = this.options;
    const urgent = next.dueAt < performance.now() + URGENT_MS;
    if (this.running >= (urgent ? concurrency : concurrency - keptForUrgent)) return;
    this.waiting.shift();
    this.running++;
    next.start();
  }
}
