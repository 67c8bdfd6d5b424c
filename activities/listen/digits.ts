/** Keys that one turn takes at the most: longer than any card, account or reference number. */
const LONGEST = 32;

/** What the caller keys in on their telephone: `#` ends it, `*` begins it anew, A–D are keys of no caller's. */
export class Digits {
  private keyed = '';
  /** When the first key was pressed, ms since the Unix epoch. */
  startedAt = 0;
  /** Keys were pressed, and the end of them has not come yet. */
  pending = false;

  /** Takes a key; tells whether that was the last one of this turn. */
  add(key: string, at: number): 'more' | 'whole' {
    this.startedAt ||= at;
    this.pending = true;
    if (key === '#') return 'whole';
    if (key === '*') this.keyed = '';
    else if (/\d/.test(key)) this.keyed += key;
    return this.keyed.length < LONGEST ? 'more' : 'whole';
  }

  /** What was keyed in, as one would dictate it: `4 5 5 1`. Empty where nothing is left of it. */
  take(): string {
    const spoken = [...this.keyed].join(' ');
    this.keyed = '';
    this.pending = false;
    return spoken;
  }
}
