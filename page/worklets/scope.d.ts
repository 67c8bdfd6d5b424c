/** What an AudioWorklet's own scope has, which TypeScript's DOM library does not describe. */
declare class AudioWorkletProcessor {
  readonly port: MessagePort;
}

/** Hz, of the AudioContext. */
declare const sampleRate: number;

declare function registerProcessor(
  name: string,
  processor: new () => AudioWorkletProcessor & {
    /** Inputs and outputs, each a list of channels of 128 samples; true asks to be called again. */
    process(inputs: Float32Array[][], outputs: Float32Array[][]): boolean;
  },
): void;
