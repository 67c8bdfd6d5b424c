import type { MediaFormat } from '../audio/format.ts';

/** Bytes of a millisecond of audio. */
export const bytesPerMs = ({ encoding, sampleRate }: MediaFormat) =>
  (sampleRate / 1_000) * (encoding === 'mulaw' ? 1 : 2);
