/**
 * The first piece is short, so that it is soon heard, but long enough to be heard until the next one is made;
 * the others are as long as a voice carries a phrase. Characters.
 */
const FIRST = { min: 12, max: 50 };
const LATER = { min: 12, max: 140 };

/** Not after an initial: "J. Smith", "U.S. Bank". */
const SENTENCE_END = /(?<=[.!?…])(?<!\b\p{Lu}\.)\s+/u;
const CLAUSE_END = /(?<=[,;:—–])\s+|\s+(?=[—–]\s)/;
/** Words before which a speaker may draw breath; not within "twelve dollars and fifty cents". */
const CONJUNCTION =
  /\s+(?=(?:and(?! \S+ (?:cents?|pence|penny)\b)|or|but|so|because|which|that|if|when|while|unless|since|who|where)\s)/i;
/** Words before which one may, for want of better, so that the reply is heard sooner. */
const PREPOSITION = /\s+(?=(?:over|at|with|for|from|until|before|after|through|within|between)\s)/i;

/** One or more sentences as pieces to be synthesised one by one, cut where a speaker would pause. */
export function speechPieces(text: string): string[] {
  const pieces: string[] = [];
  for (const sentence of text.trim().split(SENTENCE_END)) {
    let rest = sentence;
    while (rest !== '') {
      const { min, max } = pieces.length === 0 ? FIRST : LATER;
      const piece = rest.length <= max ? rest : rest.slice(0, placeToCut(rest, min, max));
      rest = rest.slice(piece.length).trimStart();
      pieces.push(rest !== '' && /[\p{L}\p{N}]$/u.test(piece) ? `${piece},` : piece);
    }
  }
  return pieces.filter((piece) => /[\p{L}\p{N}]/u.test(piece));
}

/** The last place within `max` of the best kind there is; else the next end of a clause; else a space. */
function placeToCut(text: string, min: number, max: number): number {
  for (const kind of [CLAUSE_END, CONJUNCTION, PREPOSITION]) {
    const cut = cuts(text, kind).findLast((place) => place >= min && place <= max);
    if (cut !== undefined) return cut;
  }
  const clauseEnd = cuts(text, CLAUSE_END).find((place) => place > max && place <= LATER.max);
  if (clauseEnd !== undefined) return clauseEnd;
  if (text.length <= LATER.max) return text.length;
  return cuts(text, /\s+/).findLast((place) => place <= LATER.max) ?? LATER.max;
}

/** Where the boundaries of a kind begin. */
const cuts = (text: string, kind: RegExp) =>
  Array.from(text.matchAll(new RegExp(kind, 'gi')), ({ index }) => index);
