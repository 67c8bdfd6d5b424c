import { EngineError } from './error.ts';

export interface WorkQueueOptions {
  /** Jobs that run at once. */
  concurrency: number;
  /** Of these, how many only urgent jobs may take: no urgent job then waits for another kind. */
  keptForUrgent: number;
  /** Most jobs that wait; one more is refused. */
  limit: number;
}

interface Waiting {
  urgent: boolean;
  start(): void;
}

/** Runs jobs a few at a time, urgent ones first, otherwise in the order they came. */
export class WorkQueue {
  private readonly waiting: Waiting[] = [];
  private running = 0;

  constructor(
    private readonly engine: string,
    private readonly options: WorkQueueOptions,
  ) {}

  /**
   * Resolves with what the job gives. `signal` takes it out of the queue, with the signal's reason; a job that
   * has begun goes on. Throws EngineError where too many jobs wait.
   */
  run<T>(job: () => Promise<T>, { urgent, signal }: { urgent: boolean; signal?: AbortSignal }): Promise<T> {
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
        urgent,
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
    const firstOther = entry.urgent ? this.waiting.findIndex(({ urgent }) => !urgent) : -1;
    if (firstOther === -1) this.waiting.push(entry);
    else this.waiting.splice(firstOther, 0, entry);
  }

  private readonly finished = () => {
    this.running--;
    this.startNext();
  };

  private startNext() {
    const next = this.waiting[0];
    if (!next) return;
    const { concurrency, keptForUrgent } = this.options;
    if (this.running >= (next.urgent ? concurrency : concurrency - keptForUrgent)) return;
    this.waiting.shift();
    this.running++;
    next.start();
  }
}
