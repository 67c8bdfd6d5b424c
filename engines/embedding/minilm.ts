import type { Worker } from 'node:worker_threads';
import { EngineError } from '../error.ts';
import { modelFiles, type ModelFolder } from '../model-files.ts';
import { startThread } from '../thread.ts';
import type { EmbeddingEngine } from './engine.ts';
import { DIMENSIONS, type WorkerAnswer, type WorkerFiles, type WorkerRequest } from './minilm-protocol.ts';

const NAME = 'minilm';
/** Texts that go into one run of the model: 3 ms each, alone 4 ms. More would keep the next caller waiting. */
const LARGEST_BATCH = 16;
/** Texts that wait; one more is refused. */
const MOST_WAITING = 2_000;

/**
 * all-MiniLM-L6-v2, int8, by onnxruntime in a thread of its own, since a run blocks its thread. Throws
 * EngineError if its model is missing.
 */
export function createMiniLm(folder: ModelFolder): EmbeddingEngine {
  const files = modelFiles(NAME, folder, 'minilm', ['model.onnx', 'tokenizer.json', 'tokenizer_config.json']);
  const paths: WorkerFiles = {
    model: files['model.onnx'],
    tokenizer: files['tokenizer.json'],
    tokenizerConfig: files['tokenizer_config.json'],
  };
  let thread: MiniLmThread | undefined;
  let closed = false;

  const embedOne = (text: string) => {
    if (closed) throw new EngineError(NAME, 'was closed', { retryable: false });
    if (!thread || thread.dead) thread = new MiniLmThread(paths);
    return thread.embed(text);
  };

  return {
    name: NAME,
    dimensions: DIMENSIONS,
    async warmUp() {
      await embedOne('What is my balance?');
    },
    embed: async (texts) => Promise.all(texts.map(embedOne)),
    async close() {
      closed = true;
      await thread?.close();
    },
  };
}

interface Waiting {
  text: string;
  resolve(vector: Float32Array): void;
  reject(error: EngineError): void;
}

/** The thread, given a batch at a time; a thread that dies fails what it had, and is replaced by the next call. */
class MiniLmThread {
  dead = false;
  private readonly worker: Worker;
  private waiting: Waiting[] = [];
  private running: Waiting[] = [];
  private id = 0;

  constructor(files: WorkerFiles) {
    this.worker = startThread(new URL('./minilm-worker', import.meta.url), files);
    this.worker.on('message', (answer: WorkerAnswer) => this.take(answer));
    this.worker.on('error', (error) => this.die(`its thread failed: ${error.message}`, error));
    this.worker.on('exit', () => this.die('its thread ended'));
    // Work in hand keeps the process alive; an idle model does not.
    this.worker.unref();
  }

  embed(text: string): Promise<Float32Array> {
    if (this.waiting.length >= MOST_WAITING) {
      const message = `has ${MOST_WAITING} texts waiting and takes no more for now`;
      return Promise.reject(new EngineError(NAME, message, { retryable: true }));
    }
    return new Promise((resolve, reject) => {
      this.waiting.push({ text, resolve, reject });
      // What else is asked for in this tick goes along.
      queueMicrotask(() => this.runNext());
    });
  }

  async close() {
    this.die('was closed');
    await this.worker.terminate();
  }

  private runNext() {
    if (this.running.length > 0 || this.waiting.length === 0) return;
    this.running = this.waiting.splice(0, LARGEST_BATCH);
    const request: WorkerRequest = { id: ++this.id, texts: this.running.map(({ text }) => text) };
    this.worker.ref();
    this.worker.postMessage(request, []);
  }

  private take(answer: WorkerAnswer) {
    if (answer.id !== this.id) return;
    const batch = this.running;
    this.running = [];
    if ('error' in answer) {
      const error = new EngineError(NAME, `embedding failed: ${answer.error}`, { retryable: true });
      for (const { reject } of batch) reject(error);
    } else {
      for (const [i, { resolve }] of batch.entries()) {
        resolve(answer.vectors.slice(i * DIMENSIONS, (i + 1) * DIMENSIONS));
      }
    }
    this.worker.unref();
    this.runNext();
  }

  private die(message: string, cause?: unknown) {
    this.dead = true;
    const error = new EngineError(NAME, message, { retryable: true, cause });
    for (const { reject } of [...this.running.splice(0), ...this.waiting.splice(0)]) reject(error);
  }
}
