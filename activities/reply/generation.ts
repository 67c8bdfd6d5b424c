import { END_CALL } from '../../domains/domain.ts';
import type { FailedAdapter } from '../../call/adapter.ts';
import type { AnswerSource, ToolUse } from '../../call/transcript.ts';
import type { LlmEngine, LlmRequest } from '../../engines/llm/engine.ts';
import { SentenceCutter } from './sentences.ts';

/** What a reply turned out to be. */
export interface Written {
  sentences: string[];
  source: AnswerSource;
  similarity?: number;
  engine: string;
  adapter: string;
  /** The adapter that should have written this, but could not. */
  failedAdapter?: FailedAdapter;
  tools: ToolUse[];
  inputTokens: number;
  outputTokens: number;
  /** ms since the Unix epoch; 0 when nothing was written. */
  firstSentenceAt: number;
  /** From the model's being asked to its first word, ms. */
  firstTokenMs?: number;
  /** Who wrote it is not who was asked first. */
  fallback?: boolean;
}

export const endsCall = (written: Written) => written.tools.some(({ name }) => name === END_CALL);

/**
 * The writing of one reply, for one hearing of the caller's words. A stored answer may take the model's place for
 * as long as no sentence has gone out.
 */
export class Generation {
  readonly written: Written;
  done = false;
  /** The model was left alone: see `rest`. */
  resting = false;
  /** Resolves when the caller's words are final, and when the writing is given up. */
  readonly released: Promise<void>;
  release!: () => void;
  private readonly abort = new AbortController();

  constructor(
    readonly revision: number,
    private readonly engine: LlmEngine,
    adapter: string,
    private readonly on: {
      /** `index` counts from 0. */
      sentence(text: string, index: number): void;
      done(): void;
      /** The engine failed; what was written until then stands. */
      failed(error: Error): void;
    },
    private readonly now: () => number,
    /** Sentences that an earlier attempt has sent already; they are written, but not sent again. */
    private readonly alreadySent: string[] = [],
    /** Said while a tool takes its time; not part of the answer that is written anew. */
    private readonly oneMoment = '',
  ) {
    this.released = new Promise((resolve) => {
      this.release = resolve;
    });
    this.abort.signal.addEventListener('abort', () => this.release());
    this.written = {
      sentences: [...alreadySent],
      source: 'model',
      engine: engine.name,
      adapter,
      tools: [],
      inputTokens: 0,
      outputTokens: 0,
      firstSentenceAt: alreadySent.length ? now() : 0,
    };
  }

  async write(request: LlmRequest): Promise<void> {
    const cutter = new SentenceCutter();
    let skip = this.alreadySent.filter((sentence) => sentence !== this.oneMoment).length;
    const send = (sentences: string[]) => {
      for (const sentence of sentences) {
        if (skip > 0) skip -= 1;
        else this.add(sentence);
      }
    };
    const asked = performance.now();
    try {
      for await (const part of this.engine.reply(request, this.abort.signal)) {
        if (this.abort.signal.aborted) return;
        if (part.type === 'text') {
          this.written.firstTokenMs ??= performance.now() - asked;
          send(cutter.push(part.text));
        } else if (part.type === 'tool') this.written.tools.push(part);
        else if (part.type === 'engine') Object.assign(this.written, { engine: part.name, fallback: true });
        else {
          this.written.inputTokens += part.inputTokens;
          this.written.outputTokens += part.outputTokens;
        }
      }
      if (this.abort.signal.aborted) return;
      send(cutter.flush());
      this.finish();
    } catch (error) {
      if (this.abort.signal.aborted) return;
      this.on.failed(error as Error);
    }
  }

  /** Answers with given words instead, if the model has not begun to speak. Returns whether it did. */
  replaceBy(sentences: string[], source: AnswerSource, similarity?: number): boolean {
    if (this.done || this.written.sentences.length > 0) return false;
    this.stop();
    Object.assign(this.written, { source, similarity, tools: [] });
    for (const sentence of sentences) this.add(sentence);
    this.finish();
    return true;
  }

  /** Leaves the model alone, for a stored answer that may come. False where it has begun to answer. */
  rest(): boolean {
    if (this.done || this.written.sentences.length > 0 || this.written.tools.length > 0) return false;
    this.resting = true;
    this.stop();
    return true;
  }

  get stopped() {
    return this.abort.signal.aborted;
  }

  /** Bridges a wait, unless something has been said already. */
  askForPatience() {
    if (!this.done && !this.stopped && this.written.sentences.length === 0) this.add(this.oneMoment);
  }

  /** Ends the writing here; what was written stands. */
  finish() {
    this.done = true;
    this.on.done();
  }

  /** Ends the model's request; nothing more is written. */
  stop() {
    this.abort.abort();
  }

  private add(sentence: string) {
    this.written.firstSentenceAt ||= this.now();
    this.written.sentences.push(sentence);
    this.on.sentence(sentence, this.written.sentences.length - 1);
  }
}

/** A whole text, cut into its sentences. */
export function sentencesOf(text: string): string[] {
  const cutter = new SentenceCutter();
  return [...cutter.push(text), ...cutter.flush()];
}
