/**
 * How alike texts are spelled, as the cosine of their three- and four-letter pieces, rare pieces counting more.
 * "The machine swallowed my cart" is spelled almost like a sentence about a card, whatever it means.
 */
export class SpellingIndex {
  private readonly rarity = new Map<string, number>();
  /** For each piece, the texts that have it and its weight in each. */
  private readonly postings = new Map<string, [text: number, weight: number][]>();

  constructor(private readonly texts: readonly string[]) {
    const holders = new Map<string, number>();
    for (const text of texts) {
      for (const piece of new Set(piecesOf(text))) holders.set(piece, (holders.get(piece) ?? 0) + 1);
    }
    for (const [piece, count] of holders) this.rarity.set(piece, Math.log((texts.length + 1) / (count + 1)));
    for (const [i, text] of texts.entries()) {
      for (const [piece, weight] of this.weigh(text)) {
        const posting = this.postings.get(piece) ?? [];
        posting.push([i, weight]);
        this.postings.set(piece, posting);
      }
    }
  }

  /** The likeness of `text` to every text of the index, 0–1, in their order. */
  likeness(text: string): Float64Array {
    const found = new Float64Array(this.texts.length);
    for (const [piece, weight] of this.weigh(text)) {
      for (const [i, other] of this.postings.get(piece) ?? []) found[i]! += weight * other;
    }
    return found;
  }

  /** The text's pieces as a vector of unit length. */
  private weigh(text: string): Map<string, number> {
    const counts = new Map<string, number>();
    for (const piece of piecesOf(text)) counts.set(piece, (counts.get(piece) ?? 0) + 1);
    const unseen = Math.log(this.texts.length + 1);
    let length = 0;
    for (const [piece, count] of counts) {
      const weight = Math.sqrt(count) * (this.rarity.get(piece) ?? unseen);
      counts.set(piece, weight);
      length += weight * weight;
    }
    for (const [piece, weight] of counts) counts.set(piece, weight / Math.sqrt(length));
    return counts;
  }
}

function* piecesOf(text: string): Iterable<string> {
  const padded = ` ${text} `;
  for (const length of [3, 4]) {
    for (let at = 0; at + length <= padded.length; at++) yield padded.slice(at, at + length);
  }
}
