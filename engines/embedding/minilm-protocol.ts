/** What the engine and its worker thread say to each other. */

export const DIMENSIONS = 384;

/** Paths. */
export interface WorkerFiles {
  model: string;
  tokenizer: string;
  tokenizerConfig: string;
}

export interface WorkerRequest {
  id: number;
  texts: string[];
}

/** The vectors of all texts of a request, one after the other. */
export type WorkerAnswer = { id: number; vectors: Float32Array } | { id: number; error: string };
