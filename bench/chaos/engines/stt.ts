import type { SttEngine, SttOptions, SttStream } from '../../../engines/stt/engine.ts';
import { wordsOf } from '../script.ts';
import { linesIn } from '../sound/caller-code.ts';
import { moodOf, suffer } from './mood.ts';

const RATE = 16_000;

/** In the scripted recogniser's place: reads the lines of chaos callers from their sound. */
export const createScriptedStt = (): SttEngine => ({
  name: 'scripted',
  async warmUp() {},
  open: (options) => new ChaosStream(options),
  async close() {},
});

class ChaosStream implements SttStream {
  private readonly pieces: Int16Array[] = [];

  constructor(private readonly options: SttOptions) {}

  write(samples: Int16Array) {
    if (this.pieces.length === 0) this.options.onPartial('call');
    this.pieces.push(samples.slice());
  }

  async finalize() {
    await suffer('stt');
    if (moodOf('stt') === 'garbage') return { text: '\u0000\ufffd…' };
    const sound = new Int16Array(this.pieces.reduce((sum, { length }) => sum + length, 0));
    let at = 0;
    for (const piece of this.pieces) {
      sound.set(piece, at);
      at += piece.length;
    }
    const lines = linesIn(sound, RATE);
    return {
      text:
        lines.length > 0
          ? lines.map(wordsOf).join(' and ')
          : this.pieces.length > 0
            ? 'something unclear'
            : '',
    };
  }

  close() {
    this.pieces.length = 0;
  }
}
