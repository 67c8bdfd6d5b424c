import type { SttEngine } from '../../engines/stt/engine.ts';
import { MoonshineStream, type Recognise } from '../../engines/stt/moonshine-stream.ts';

/**
 * Moonshine on a virtual clock: every recognition is really made, and its result comes as many virtual ms later as
 * it took of one core. Other work on the machine changes nothing, and no silence has to be waited for.
 */
export class VirtualRecogniser implements Pick<SttEngine, 'name' | 'open'> {
  readonly name: string;
  ms = 0;
  private readonly due: { ms: number; deliver(): void }[] = [];
  private readonly underWay = new Set<Promise<unknown>>();

  constructor(private readonly engine: SttEngine) {
    this.name = engine.name;
  }

  open: SttEngine['open'] = (options) => new MoonshineStream(this.recognise, options);

  /** Lets everything happen that is due before this moment, and sets the clock to it. */
  async advance(to: number) {
    await this.settle();
    for (let next = this.takeDue(to); next; next = this.takeDue(to)) {
      this.ms = Math.max(this.ms, next.ms);
      next.deliver();
      await this.settle();
    }
    this.ms = Math.max(this.ms, to);
  }

  /** Waits, in real time, until every recognition that has begun is known to the clock. */
  private async settle() {
    do {
      await Promise.all(this.underWay);
      await new Promise(setImmediate);
    } while (this.underWay.size > 0);
  }

  private takeDue(to: number) {
    this.due.sort((a, b) => a.ms - b.ms);
    return this.due[0] && this.due[0].ms <= to ? this.due.shift() : undefined;
  }

  private readonly recognise: Recognise = (_, work) => {
    const begun = this.ms;
    const before = process.cpuUsage();
    const text = work((samples) => this.decode(samples));
    const known = text.then(() => {
      const { user, system } = process.cpuUsage(before);
      return begun + (user + system) / 1_000;
    });
    this.underWay.add(known);
    return known.then((ms) => {
      const delivered = new Promise<string>((resolve) => {
        this.due.push({ ms, deliver: () => resolve(text) });
      });
      this.underWay.delete(known);
      return delivered;
    });
  };

  private async decode(samples: Int16Array): Promise<string> {
    const stream = this.engine.open({ language: 'en', onPartial: () => undefined });
    try {
      // Of one piece shorter than that no partial is begun; the transcript is of the whole.
      stream.write(samples);
      return (await stream.finalize()).text;
    } finally {
      stream.close();
    }
  }
}
