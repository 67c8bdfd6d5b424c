import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { LLAMA_ENTRY, llamaFolder } from '../../config/llama.ts';
import { EngineError } from '../error.ts';

/** The package's entry file. Throws EngineError where it is not installed. */
export function llamaProgram(folder = llamaFolder()): string {
  const program = join(folder, LLAMA_ENTRY);
  if (existsSync(program)) return program;
  const message = `node-llama-cpp is not installed; \`orkestra provision --with llama\` installs it`;
  throw new EngineError('llama', message, { retryable: false });
}

/** The part of the package that is used here, as its own declarations have it. */
export interface LlamaPackage {
  getLlama(options: {
    gpu: false;
    build: 'never';
    logLevel: 'error';
    progressLogs: false;
    maxThreads: number;
  }): Promise<{
    loadModel(options: { modelPath: string }): Promise<LlamaModel>;
  }>;
  readGgufFileInfo(path: string, options: { logWarnings: false }): Promise<GgufInfo>;
  LlamaChat: new (options: { contextSequence: LlamaSequence }) => {
    generateResponse(history: ChatItem[], options: GenerateOptions): Promise<unknown>;
    dispose(options: { disposeSequence: boolean }): void;
  };
}

export interface LlamaModel {
  tokenize(text: string): readonly number[];
  createContext(options: {
    contextSize: { max: number };
    sequences: number;
    threads: number;
    lora?: string;
  }): Promise<LlamaContext>;
}
export interface LlamaContext {
  getSequence(): LlamaSequence;
  dispose(): Promise<void>;
}
export interface LlamaSequence {
  readonly tokenMeter: { usedOutputTokens: number };
}
export interface GgufInfo {
  metadata: { general: { architecture?: string; name?: string; type?: string }; adapter?: { type?: string } };
  tensorInfo?: { name: string; dimensions: readonly (number | bigint)[]; fileOffset: number | bigint }[];
}
export type ChatItem = { type: 'system' | 'user'; text: string } | { type: 'model'; response: string[] };
interface GenerateOptions {
  signal: AbortSignal;
  stopOnAbortSignal: true;
  temperature?: number;
  topP?: number;
  maxTokens: number;
  onTextChunk(text: string): void;
}
