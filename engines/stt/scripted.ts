import type { SttEngine, SttOptions, SttStream } from './engine.ts';

const SENTENCE = 'what is my balance';

/**
 * Hears what it was told to, at once and at no cost: for tests and benchmarks. The first stream hears the first
 * transcript, the next one the second, and from the last on all hear that.
 */
export function createScriptedStt(transcripts: readonly string[] = [SENTENCE]): SttEngine {
  let opened = 0;
  return {
    name: 'scripted',
    async warmUp() {},
    open(options) {
      const text = transcripts[Math.min(opened++, transcripts.length - 1)] ?? '';
      return new ScriptedStream(text, options);
    },
    async close() {},
  };
}

class ScriptedStream implements SttStream {
  private written = false;
  private closed = false;

  constructor(
    private readonly text: string,
    private readonly options: SttOptions,
  ) {}

  write() {
    if (this.written || this.closed) return;
    this.written = true;
    if (this.text !== '') this.options.onPartial(this.text);
  }

  async finalize() {
    return { text: this.written ? this.text : '' };
  }

  close() {
    this.closed = true;
  }
}
