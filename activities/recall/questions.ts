/**
 * Two questions that may share an answer. Closeness of meaning alone confuses "raise my limit" with "lower my
 * limit" and 5 years with 6, so the words decide as well.
 */

/** Cosine above which two questions may be the same. */
export const CLOSE = 0.95;

/** Words that turn a question into another one. */
const DECISIVE = new Set(
  (
    'not no never without less more raise lower increase decrease open close add remove before after last next ' +
    'first cancel stop start'
  ).split(' '),
);

export function isSameQuestion(asked: string, stored: string, similarity: number): boolean {
  const [a, b] = [wordsOf(asked), wordsOf(stored)];
  if (a.join(' ') === b.join(' ')) return true;
  return similarity >= CLOSE && decisiveOf(a) === decisiveOf(b);
}

const wordsOf = (text: string) => text.toLowerCase().match(/[\p{L}\p{N}']+/gu) ?? [];

const decisiveOf = (words: string[]) =>
  words
    .filter((word) => DECISIVE.has(word) || /\d/.test(word))
    .sort()
    .join(' ');

/** Words that point at what was said before, or only repeat it. */
const POINTING =
  /^(?:and|or|but|so|then|what about|how about|what if|also|instead)\b|\b(?:it|that|this|these|those|they|them|one|there|then|instead|again|repeat)\b/;

/** Whether a question means the same whatever was said before it; only such a one may be answered from the store. */
export const standsAlone = (question: string) =>
  wordsOf(question).length >= 3 && !POINTING.test(question.toLowerCase().trim());
