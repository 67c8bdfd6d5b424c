import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { startChild } from '../child.ts';
import { EngineError } from '../error.ts';
import type { LlmPart } from './engine.ts';
import type { LlamaAnswer, LlamaRequest, LlamaSetup } from './llama-protocol.ts';

/** Replies and loads that wait at once; one more is refused. */
const MOST_WAITING = 64;

type Unnumbered<T> = T extends unknown ? Omit<T, 'id'> : never;
type Write = Unnumbered<Extract<LlamaRequest, { type: 'write' }>>;

/**
 * llama.cpp's process: a model blocks whoever runs it, and its native code can end its process. One that dies fails
 * what it had in hand.
 */
export class LlamaProcess {
  dead = false;
  private readonly child: ChildProcess;
  private readonly listeners = new Map<number, (answer: LlamaAnswer) => void>();
  private id = 0;

  constructor(setup: LlamaSetup) {
    this.child = startChild(new URL('./llama-child', import.meta.url), setup);
    this.child.on('message', (answer: LlamaAnswer) => this.listeners.get(answer.id)?.(answer));
    this.child.on('error', (error) => this.die(`its process failed: ${error.message}`));
    this.child.on('exit', () => this.die('its process ended'));
    this.idle();
  }

  /** Resolves when it has been done. Throws EngineError. */
  async ask(request: Unnumbered<LlamaRequest>): Promise<void> {
    for await (const _ of this.answers(request)) continue;
  }

  /** Throws EngineError; ends early, without one, when `signal` aborts. */
  async *write(request: Write, signal: AbortSignal): AsyncGenerator<LlmPart> {
    for await (const answer of this.answers(request, signal)) {
      if (signal.aborted) return;
      if (answer.type === 'text') yield { type: 'text', text: answer.text };
      else if (answer.type === 'done') {
        const { inputTokens, outputTokens } = answer;
        yield { type: 'usage', inputTokens, outputTokens };
      }
    }
  }

  async close() {
    this.die('was closed');
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    this.child.ref();
    const ended = once(this.child, 'exit');
    // It keeps nothing that a clean end would save.
    this.child.kill('SIGKILL');
    await ended;
  }

  private async *answers(request: Unnumbered<LlamaRequest>, signal?: AbortSignal) {
    if (this.dead) throw failure('its process ended', true);
    if (this.listeners.size >= MOST_WAITING) throw failure(`has ${MOST_WAITING} requests in hand`, true);
    const id = ++this.id;
    const queue: LlamaAnswer[] = [];
    let wake: () => void = () => undefined;
    const stop = () => this.send({ id, type: 'stop' });
    this.listeners.set(id, (answer) => {
      queue.push(answer);
      wake();
    });
    signal?.addEventListener('abort', stop, { once: true });
    // Work in hand keeps the process alive; an idle model does not.
    this.child.ref();
    this.child.channel?.ref();
    this.send({ id, ...request } as LlamaRequest);
    let over = false;
    try {
      while (!over) {
        const answer = queue.shift();
        if (!answer) await new Promise<void>((resolve) => (wake = resolve));
        else if (answer.type === 'failed') {
          over = true;
          throw failure(answer.message, answer.retryable);
        } else {
          over = answer.type === 'done';
          yield answer;
        }
      }
    } finally {
      if (!over) stop();
      signal?.removeEventListener('abort', stop);
      this.listeners.delete(id);
      if (this.listeners.size === 0) this.idle();
    }
  }

  /** Of a process that is gone, its end tells. */
  private send(request: LlamaRequest) {
    if (this.child.connected) this.child.send(request, () => undefined);
  }

  private idle() {
    this.child.unref();
    this.child.channel?.unref();
  }

  private die(message: string) {
    this.dead = true;
    for (const [id, listener] of this.listeners) listener({ id, type: 'failed', message, retryable: true });
  }
}

const failure = (message: string, retryable: boolean) => new EngineError('llama', message, { retryable });
