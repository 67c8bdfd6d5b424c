import type { Worker } from 'node:worker_threads';
import { EngineError } from './error.ts';
import { startThread } from './thread.ts';

/** What is asked of such a thread, and what it answers. */
export type ThreadRequest<Request extends object> = Request & { id: number };
export type ThreadAnswer<Result> = { id: number; result: Result } | { id: number; error: string };

interface Options {
  engine: string;
  /** What it does, as the subject of an error: "synthesis". */
  work: string;
  /** Its code, as for `startThread`, and what that is started with. */
  code: URL;
  files: object;
  /** Requests in hand; more fail at once. */
  limit: number;
}

interface Waiting<Result> {
  resolve(result: Result): void;
  reject(error: EngineError): void;
}

/** A thread that runs a model; when it dies, what it had fails, and another one is to be started. */
export class ModelThread<Request extends object, Result> {
  dead = false;
  private readonly worker: Worker;
  private readonly waiting = new Map<number, Waiting<Result>>();
  private readonly inHand = new Set<Promise<Result>>();
  private id = 0;

  constructor(private readonly options: Options) {
    this.worker = startThread(options.code, options.files);
    this.worker.on('message', (answer: ThreadAnswer<Result>) => this.take(answer));
    this.worker.on('error', (error) => this.die(`its thread failed: ${error.message}`, error));
    this.worker.on('exit', () => this.die('its thread ended'));
    // Work in hand keeps the process alive; an idle model does not.
    this.worker.unref();
  }

  /** Rejects with a retryable EngineError where the work fails, the thread dies, or too much is in hand. */
  ask(request: Request): Promise<Result> {
    const { limit } = this.options;
    if (this.waiting.size >= limit) {
      return Promise.reject(this.failure(`has ${limit} requests waiting and takes no more for now`));
    }
    const id = ++this.id;
    const result = new Promise<Result>((resolve, reject) => {
      this.waiting.set(id, { resolve, reject });
      this.worker.ref();
      this.worker.postMessage({ ...request, id } satisfies ThreadRequest<Request>, []);
    });
    this.inHand.add(result);
    return result.finally(() => this.inHand.delete(result));
  }

  /** Lets the work in hand come to its end: the runtime takes the process along when its thread is ended amid a run. */
  async close() {
    this.dead = true;
    await Promise.allSettled(this.inHand);
    await this.worker.terminate();
  }

  private take(answer: ThreadAnswer<Result>) {
    const waiting = this.waiting.get(answer.id);
    this.waiting.delete(answer.id);
    if ('result' in answer) waiting?.resolve(answer.result);
    else waiting?.reject(this.failure(`${this.options.work} failed: ${answer.error}`));
    if (this.waiting.size === 0) this.worker.unref();
  }

  private die(message: string, cause?: unknown) {
    this.dead = true;
    const error = this.failure(message, cause);
    for (const { reject } of this.waiting.values()) reject(error);
    this.waiting.clear();
  }

  private failure(message: string, cause?: unknown) {
    return new EngineError(this.options.engine, message, { retryable: true, cause });
  }
}
