import { FEATURES } from '../../engines/stt/remark-features.ts';

/** A remark that was heard: what the encoder says of it, and what it is. */
export interface Remark {
  isSign: boolean;
  features: Float32Array;
}

/** Remarks one after the other: a number that is 1 for a sign of listening and 0 for a request, then the features. */
export const writeRemark = ({ isSign, features }: Remark): Buffer =>
  Buffer.from(Float32Array.of(isSign ? 1 : 0, ...features).buffer);

export function readRemarks(file: Buffer): Remark[] {
  const numbers = new Float32Array(file.buffer.slice(file.byteOffset, file.byteOffset + file.length));
  return Array.from({ length: numbers.length / (1 + FEATURES) }, (_, i) => {
    const at = i * (1 + FEATURES);
    return { isSign: numbers[at] === 1, features: numbers.subarray(at + 1, at + 1 + FEATURES) };
  });
}
