import { createRequire } from 'node:module';

/**
 * The part of sherpa-onnx-node (which ships no types) that the engines use. Its async functions work on libuv's
 * threads, of which Node has four.
 */
export interface Sherpa {
  OfflineRecognizer: {
    createAsync(config: {
      featConfig: { sampleRate: number; featureDim: number };
      modelConfig: {
        moonshine: { encoder: string; mergedDecoder: string };
        tokens: string;
        numThreads: number;
        provider: 'cpu';
      };
    }): Promise<OfflineRecognizer>;
  };
  OfflineTts: {
    createAsync(config: {
      model: {
        vits: { model: string; tokens: string; dataDir: string };
        numThreads: number;
        provider: 'cpu';
      };
      maxNumSentences: number;
    }): Promise<OfflineTts>;
  };
}

export interface OfflineRecognizer {
  createStream(): OfflineStream;
  decodeAsync(stream: OfflineStream): Promise<{ text: string; tokens: string[] }>;
}

export interface OfflineStream {
  /** Samples from -1 to 1. */
  acceptWaveform(audio: { sampleRate: number; samples: Float32Array }): void;
}

export interface OfflineTts {
  generateAsync(request: {
    text: string;
    sid: number;
    speed: number;
    enableExternalBuffer: boolean;
  }): Promise<{ samples: Float32Array; sampleRate: number }>;
}

/** Loads the native module; only processes that use it pay for it. */
export const loadSherpa = (): Sherpa => createRequire(import.meta.url)('sherpa-onnx-node') as Sherpa;
