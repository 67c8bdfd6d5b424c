import type { Worker } from 'node:worker_threads';
import { EngineError } from '../error.ts';
import { startThread } from '../thread.ts';
import type { KokoroAnswer, KokoroFiles, KokoroRequest } from './kokoro-protocol.ts';

export const NAME = 'kokoro';

interface Waiting {
  resolve(audio: Int16Array): void;
  reject(error: EngineError): void;
}

/** The thread that runs the model; when it dies, what it had fails, and another one is to be started. */
export class KokoroThread {
  dead = false;
  private readonly worker: Worker;
  private readonly waiting = new Map<number, Waiting>();
  private readonly inHand = new Set<Promise<Int16Array>>();
  private id = 0;

  constructor(files: KokoroFiles) {
    this.worker = startThread(new URL('./kokoro-worker', import.meta.url), files);
    this.worker.on('message', (answer: KokoroAnswer) => this.take(answer));
    this.worker.on('error', (error) => this.die(`its thread failed: ${error.message}`, error));
    this.worker.on('exit', () => this.die('its thread ended'));
    // Work in hand keeps the process alive; an idle model does not.
    this.worker.unref();
  }

  say(request: Omit<KokoroRequest, 'id'>): Promise<Int16Array> {
    const id = ++this.id;
    const audio = new Promise<Int16Array>((resolve, reject) => {
      this.waiting.set(id, { resolve, reject });
      this.worker.ref();
      this.worker.postMessage({ id, ...request } satisfies KokoroRequest, []);
    });
    this.inHand.add(audio);
    return audio.finally(() => this.inHand.delete(audio));
  }

  /** Lets the work in hand come to its end: the runtime takes the process along when its thread is ended amid a run. */
  async close() {
    this.dead = true;
    await Promise.allSettled(this.inHand);
    await this.worker.terminate();
  }

  private take(answer: KokoroAnswer) {
    const waiting = this.waiting.get(answer.id);
    this.waiting.delete(answer.id);
    if ('audio' in answer) waiting?.resolve(answer.audio);
    else waiting?.reject(new EngineError(NAME, `synthesis failed: ${answer.error}`, { retryable: true }));
    if (this.waiting.size === 0) this.worker.unref();
  }

  private die(message: string, cause?: unknown) {
    this.dead = true;
    const error = new EngineError(NAME, message, { retryable: true, cause });
    for (const { reject } of this.waiting.values()) reject(error);
    this.waiting.clear();
  }
}
