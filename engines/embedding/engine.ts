/** Sentences as vectors of unit length, so that their dot product is their cosine. */
export interface EmbeddingEngine {
  readonly name: string;
  readonly dimensions: number;
  warmUp(): Promise<void>;
  /** One vector a text. Throws EngineError. */
  embed(texts: string[]): Promise<Float32Array[]>;
  close(): Promise<void>;
}
