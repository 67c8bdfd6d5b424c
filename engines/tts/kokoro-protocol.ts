/** What the engine and its worker thread say to each other. */

/** Hz of the audio. */
export const RATE = 24_000;

/** Voices of the model, with espeak's name for the English that they speak. */
export const VOICES = { af_heart: 'en-us', bm_george: 'en' } as const;
export type KokoroVoice = keyof typeof VOICES;

/** Paths. */
export interface KokoroFiles {
  model: string;
  vocab: string;
  voices: Record<KokoroVoice, string>;
}

export interface KokoroRequest {
  text: string;
  voice: KokoroVoice;
  speed: number;
}
