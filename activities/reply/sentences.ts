/** Words that end in a full stop without ending a sentence. */
const ABBREVIATIONS = /(?:^|\s)(?:mr|mrs|ms|dr|prof|st|no|vs|etc|approx|e\.g|i\.e|u\.s|a\.m|p\.m|[a-z])\.$/i;

/** A full stop after a longer word, with nothing after it yet: it ends a sentence without waiting for more. */
const CERTAIN_END = /[a-z]{3,}[.!?]["')\]]?$/i;

const END_THEN_SPACE = /[.!?]["')\]]?\s/g;

/** Cuts a stream of text into sentences as early as it can. */
export class SentenceCutter {
  private rest = '';

  /** Takes more text; returns the sentences that are whole now. */
  push(text: string): string[] {
    this.rest += text;
    const sentences: string[] = [];
    let start = 0;
    for (const match of this.rest.matchAll(END_THEN_SPACE)) {
      const end = match.index + match[0].length;
      const sentence = this.rest.slice(start, end).trim();
      if (!sentence || ABBREVIATIONS.test(sentence)) continue;
      sentences.push(sentence);
      start = end;
    }
    this.rest = this.rest.slice(start);
    if (CERTAIN_END.test(this.rest) && !ABBREVIATIONS.test(this.rest)) {
      sentences.push(this.rest.trim());
      this.rest = '';
    }
    return sentences;
  }

  /** What is left when the text has ended. */
  flush(): string[] {
    const last = this.rest.trim();
    this.rest = '';
    return last ? [last] : [];
  }
}
