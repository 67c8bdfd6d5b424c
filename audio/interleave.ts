/** Two channels as one, sample by sample; what one of them lacks at its end is silence. */
export function interleave(left: Int16Array, right: Int16Array): Int16Array {
  const both = new Int16Array(2 * Math.max(left.length, right.length));
  for (let i = 0; i < left.length; i++) both[2 * i] = left[i]!;
  for (let i = 0; i < right.length; i++) both[2 * i + 1] = right[i]!;
  return both;
}
