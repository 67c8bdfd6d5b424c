/** What the engine and the thread that judges remarks by their sound say to each other. */

/** Paths. */
export interface RemarkFiles {
  encoder: string;
}

export interface RemarkRequest {
  samples: Int16Array;
}
