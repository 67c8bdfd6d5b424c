import type { Worker } from 'node:worker_threads';
import { EngineError } from '../error.ts';
import { startThread } from '../thread.ts';
import type { RemarkAnswer, RemarkFiles, RemarkRequest } from './remark-protocol.ts';

const NAME = 'moonshine';
/** A second of work; whoever comes on top is judged by their words. */
const MOST_WAITING = 40;

interface Waiting {
  resolve(odds: number): void;
  reject(error: EngineError): void;
}

/** The thread that judges remarks by their sound; when it dies, what it had fails, and another one is to be started. */
export class RemarkThread {
  dead = false;
  private readonly worker: Worker;
  private readonly waiting = new Map<number, Waiting>();
  private readonly inHand = new Set<Promise<number>>();
  private id = 0;

  constructor(files: RemarkFiles) {
    this.worker = startThread(new URL('./remark-worker', import.meta.url), files);
    this.worker.on('message', (answer: RemarkAnswer) => this.take(answer));
    this.worker.on('error', (error) => this.die(`its thread failed: ${error.message}`, error));
    this.worker.on('exit', () => this.die('its thread ended'));
    // Work in hand keeps the process alive; an idle model does not.
    this.worker.unref();
  }

  judge(samples: Int16Array): Promise<number> {
    if (this.waiting.size >= MOST_WAITING) {
      const message = `has ${MOST_WAITING} remarks waiting and takes no more for now`;
      return Promise.reject(new EngineError(NAME, message, { retryable: true }));
    }
    const id = ++this.id;
    const odds = new Promise<number>((resolve, reject) => {
      this.waiting.set(id, { resolve, reject });
      this.worker.ref();
      this.worker.postMessage({ id, samples } satisfies RemarkRequest, []);
    });
    this.inHand.add(odds);
    return odds.finally(() => this.inHand.delete(odds));
  }

  /** Lets the work in hand come to its end: the runtime takes the process along when its thread is ended amid a run. */
  async close() {
    this.dead = true;
    await Promise.allSettled(this.inHand);
    await this.worker.terminate();
  }

  private take(answer: RemarkAnswer) {
    const waiting = this.waiting.get(answer.id);
    this.waiting.delete(answer.id);
    if ('odds' in answer) waiting?.resolve(answer.odds);
    else
      waiting?.reject(new EngineError(NAME, `judging a remark failed: ${answer.error}`, { retryable: true }));
    if (this.waiting.size === 0) this.worker.unref();
  }

  private die(message: string, cause?: unknown) {
    this.dead = true;
    const error = new EngineError(NAME, message, { retryable: true, cause });
    for (const { reject } of this.waiting.values()) reject(error);
    this.waiting.clear();
  }
}
