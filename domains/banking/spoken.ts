const WORDS = 'zero one two three four five six seven eight nine ten eleven twelve'.split(' ');

/** `6` → `six`; from 13 on, digits, which every voice reads well. */
export const spokenCount = (count: number) => WORDS[count] ?? String(count);

/** `36` → `three years`, `18` → `18 months`. */
export function spokenTerm(months: number): string {
  if (months % 12 !== 0) return months === 1 ? 'one month' : `${spokenCount(months)} months`;
  return months === 12 ? 'one year' : `${spokenCount(months / 12)} years`;
}
