/** Text to speech: one sentence at a time, as audio that starts before the sentence is whole where the engine can. */
export interface TtsEngine {
  readonly name: string;
  /** Hz of what `synthesize` yields, mono, 16 bits. */
  readonly sampleRate: number;
  /** Voices that `synthesize` takes; `default` is always one. */
  readonly voices: readonly string[];
  warmUp(): Promise<void>;
  /** Throws EngineError. When `signal` aborts it ends early, without an error. */
  synthesize(request: TtsRequest, signal: AbortSignal): AsyncIterable<Int16Array>;
  close(): Promise<void>;
}

export interface TtsRequest {
  text: string;
  voice: string;
  /** 1 is the voice's own rate. */
  speed: number;
  /** How long it is until its audio is to be heard, ms: others whose callers wait go first. At once where it is not said. */
  neededInMs?: number;
  /** Is told who spoke, where that may not be the engine that was asked; before the audio of another one. */
  onEngine?: (name: string) => void;
}
