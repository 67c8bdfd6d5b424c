/**
 * Speech to text. An engine opens one stream a turn; audio is 16 kHz mono, samples of 16 bits.
 * Heavy work happens off the event loop.
 */
export interface SttEngine {
  readonly name: string;
  /** Resolves once a first utterance has been recognised, so that no caller waits for a cold model. */
  warmUp(): Promise<void>;
  open(options: SttOptions): SttStream;
  close(): Promise<void>;
}

export interface SttOptions {
  language: string;
  /** Called with all the words so far, as they change; bounded to a few a second. */
  onPartial(text: string): void;
}

export interface SttStream {
  /** Takes audio; never blocks. */
  write(samples: Int16Array): void;
  /**
   * The transcript of everything written so far. More may be written afterwards, and `finalize` called again.
   * Throws EngineError.
   */
  finalize(): Promise<Transcript>;
  /**
   * How much all that was written sounds like a sign of listening ("uh-huh"), rather than like somebody who wants the
   * turn: the logarithm of the odds, positive where it likely is one. For remarks of up to two seconds; undefined, or
   * not there, in engines that can't tell by sound. Throws EngineError.
   */
  listeningOdds?(): Promise<number | undefined>;
  /** Lets go of everything; pending results are dropped. */
  close(): void;
}

export interface Transcript {
  text: string;
  /** 0–1 where the engine knows it. */
  confidence?: number;
  /** Who heard it, where it is not the engine that was asked. */
  engine?: string;
}
