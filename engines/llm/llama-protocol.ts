import type { Decoding } from '../../call/adapter.ts';

/** What the engine and its process say to each other. */

export interface LlamaSetup {
  /** The package's entry file. */
  program: string;
  /** The GGUF file of the model. */
  model: string;
}

export interface LlamaWriting {
  instructions: string;
  messages: { role: 'caller' | 'bot'; text: string }[];
  decoding: Decoding;
  /** The ref of loaded weights. */
  weights?: string;
}

export type LlamaRequest =
  | ({ id: number; type: 'write' } & LlamaWriting)
  | { id: number; type: 'stop' }
  | { id: number; type: 'load'; ref: string; path: string; baseModel: string }
  | { id: number; type: 'unload'; ref: string };

export type LlamaAnswer =
  | { id: number; type: 'text'; text: string }
  | { id: number; type: 'done'; inputTokens: number; outputTokens: number }
  | { id: number; type: 'failed'; message: string; retryable: boolean };
