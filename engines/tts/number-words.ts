const SMALL =
  'zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen'.split(
    ' ',
  );
const TENS = 'zero ten twenty thirty forty fifty sixty seventy eighty ninety'.split(' ');
const SCALES = [
  [1e12, 'trillion'],
  [1e9, 'billion'],
  [1e6, 'million'],
  [1e3, 'thousand'],
  [100, 'hundred'],
] as const;
const ORDINALS: Record<string, string> = {
  one: 'first',
  two: 'second',
  three: 'third',
  five: 'fifth',
  eight: 'eighth',
  nine: 'ninth',
  twelve: 'twelfth',
};

/** `1250` → `one thousand two hundred fifty`. Whole numbers from 0 to a quadrillion; beyond it, digit by digit. */
export function cardinal(value: number): string {
  if (value >= 1e15) return digits(value.toLocaleString('en', { useGrouping: false }));
  if (value < 20) return SMALL[value]!;
  if (value < 100) {
    const rest = value % 10;
    return TENS[Math.floor(value / 10)]! + (rest ? `-${SMALL[rest]}` : '');
  }
  const [scale, name] = SCALES.find(([scale]) => value >= scale)!;
  const rest = value % scale;
  return `${cardinal(Math.floor(value / scale))} ${name}${rest ? ` ${cardinal(rest)}` : ''}`;
}

/** `23` → `twenty-third`. */
export function ordinal(value: number): string {
  return cardinal(value).replace(/[a-z]+$/, (last) => {
    if (ORDINALS[last]) return ORDINALS[last];
    return last.endsWith('y') ? `${last.slice(0, -1)}ieth` : `${last}th`;
  });
}

/** A numeral as it is written: `10,000` → `ten thousand`, `4.50` → `four point five zero`. */
export function numeral(written: string): string {
  const [whole = '', fraction] = written.replaceAll(',', '').split('.');
  const words = cardinal(Number(whole));
  return fraction ? `${words} point ${digits(fraction)}` : words;
}

/** `4532` → `four five three two`. */
export const digits = (written: string) => Array.from(written, (digit) => SMALL[Number(digit)]!).join(' ');

/** `2026` → `twenty twenty-six`, `2008` → `two thousand eight`, `1905` → `nineteen oh five`. */
export function year(value: number): string {
  const century = Math.floor(value / 100);
  const rest = value % 100;
  if (century % 10 === 0 && rest < 10) return cardinal(value);
  if (rest === 0) return `${cardinal(century)} hundred`;
  return `${cardinal(century)} ${rest < 10 ? `oh ${cardinal(rest)}` : cardinal(rest)}`;
}
