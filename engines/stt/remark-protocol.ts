/** What the engine and the thread that judges remarks by their sound say to each other. */

/** Paths. */
export interface RemarkFiles {
  encoder: string;
}

export interface RemarkRequest {
  id: number;
  samples: Int16Array;
}

export type RemarkAnswer = { id: number; odds: number } | { id: number; error: string };
