/**
 * The first piece is short, so that it is soon heard, but long enough to be heard until the next one is made;
 * the others are as long as a voice carries a phrase. Characters.
 */
const FIRST = { min: 12, max: 50 };
const LATER = { min: 12, max: 140 };

const SENTENCE_END = /(?<=[.!?…])\s+/;
const CLAUSE_END = /(?<=[,;:—–])\s+|\s+(?=[—–]\s)/;
/** Words before which a speaker may draw breath. */
const CONJUNCTION = /\s+(?=(?:and|or|but|so|because|which|that|if|when|while|unless|since|who|where)\s)/i;

/** One or more sentences as pieces to be synthesised one by one, cut where a speaker would pause. */
export function speechPieces(text: string): string[] {
  const pieces: string[] = [];
  for (const sentence of text.trim().split(SENTENCE_END)) {
    let rest = sentence;
    while (rest !== '') {
      const { min, max } = pieces.length === 0 ? FIRST : LATER;
      const piece = rest.length <= max ? rest : firstPiece(rest, min, max);
      rest = rest.slice(piece.length).trimStart();
      pieces.push(rest !== '' && /[\p{L}\p{N}]$/u.test(piece) ? `${piece},` : piece);
    }
  }
  return pieces.filter((piece) => /[\p{L}\p{N}]/u.test(piece));
}

/** The longest run of whole clauses within `max`; else up to a conjunction; else, past `LATER.max`, to a space. */
function firstPiece(text: string, min: number, max: number): string {
  const within = (boundary: RegExp) => lastCut(text, boundary, min, max);
  const cut =
    within(CLAUSE_END) ??
    within(CONJUNCTION) ??
    lastCut(text, CLAUSE_END, min, LATER.max) ??
    (text.length > LATER.max ? (lastCut(text, /\s+/, min, LATER.max) ?? LATER.max) : text.length);
  return text.slice(0, cut);
}

/** Where the last boundary that ends a piece of `min` to `max` characters begins. */
function lastCut(text: string, boundary: RegExp, min: number, max: number): number | undefined {
  const cuts = Array.from(text.matchAll(new RegExp(boundary, 'gi')), ({ index }) => index);
  return cuts.findLast((cut) => cut >= min && cut <= max);
}
