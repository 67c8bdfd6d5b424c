import { EngineError } from '../error.ts';
import { Circuit, type FallbackPolicy, inTime, warmUpBoth } from '../fallback.ts';
import type { SttEngine, SttOptions, SttStream, Transcript } from './engine.ts';

/** Audio that is kept for the second recogniser, samples: five minutes at 16 kHz. */
const MOST_KEPT = 300 * 16_000;

/**
 * Two recognisers as one: the second hears a turn's audio from its start when the first fails or is slow with a
 * transcript, and every turn while the first is left out (see Circuit).
 */
export function withFallback(first: SttEngine, second: SttEngine, policy: FallbackPolicy): SttEngine {
  const circuit = new Circuit({ first: first.name, second: second.name }, policy.report);
  return {
    name: first.name,
    warmUp: () => warmUpBoth(first, second, circuit),
    open: (options) => new FallbackStream(first, second, circuit, policy.slowMs, options),
    async close() {
      await Promise.all([first.close(), second.close()]);
    },
  };
}

class FallbackStream implements SttStream {
  private primary: SttStream | undefined;
  private backup: SttStream | undefined;
  /** The first engine, heard beside the second to see whether it is back. */
  private probe: SttStream | undefined;
  private readonly kept: Int16Array[] = [];
  private keptSamples = 0;
  private closed = false;

  constructor(
    private readonly first: SttEngine,
    private readonly second: SttEngine,
    private readonly circuit: Circuit,
    private readonly slowMs: number,
    private readonly options: SttOptions,
  ) {
    if (circuit.usesFirst) {
      try {
        this.primary = first.open(options);
      } catch (error) {
        this.takeOver(error);
      }
      return;
    }
    this.openBackup();
    if (!circuit.takeProbe()) return;
    try {
      this.probe = first.open({ ...options, onPartial: () => undefined });
    } catch {
      circuit.failed();
    }
  }

  write(samples: Int16Array) {
    if (this.closed) return;
    if (this.primary && this.keptSamples + samples.length <= MOST_KEPT) {
      // A copy: the caller of `write` may use its samples again.
      this.kept.push(samples.slice());
      this.keptSamples += samples.length;
    }
    this.primary?.write(samples);
    this.backup?.write(samples);
    this.probe?.write(samples);
  }

  async finalize(): Promise<Transcript> {
    if (this.closed) throw this.closedError();
    void this.judgeProbe();
    if (this.backup) return this.finalizeBackup();
    const stream = this.primary!;
    try {
      const transcript = await inTime(stream.finalize(), this.first.name, this.slowMs);
      this.circuit.succeeded();
      return transcript;
    } catch (error) {
      if (this.closed) throw this.closedError();
      // Of two `finalize` at once, the other one may have been here before.
      if (!this.backup) this.takeOver(error);
      return this.finalizeBackup();
    }
  }

  async listeningOdds() {
    return (this.backup ?? this.primary)?.listeningOdds?.();
  }

  close() {
    this.closed = true;
    this.primary?.close();
    this.backup?.close();
    this.probe?.close();
    this.kept.length = 0;
  }

  private async finalizeBackup(): Promise<Transcript> {
    const transcript = await this.backup!.finalize();
    return { ...transcript, engine: this.second.name };
  }

  private takeOver(error: unknown) {
    this.circuit.tookOver(error);
    this.primary?.close();
    this.primary = undefined;
    this.openBackup();
    for (const samples of this.kept.splice(0)) this.backup!.write(samples);
  }

  private openBackup() {
    this.backup = this.second.open(this.options);
  }

  private async judgeProbe() {
    const { probe } = this;
    if (!probe) return;
    this.probe = undefined;
    try {
      await inTime(probe.finalize(), this.first.name, this.slowMs);
      this.circuit.succeeded();
    } catch {
      this.circuit.failed();
    } finally {
      probe.close();
    }
  }

  private closedError() {
    return new EngineError(this.first.name, 'the stream was closed', { retryable: false });
  }
}
