import { asksTheSame, formOf, type QuestionForm } from './question-form.ts';
import { longestQuestion, wordsOf } from '../../store/answers.ts';

/**
 * Which questions may share an answer. Closeness of meaning alone confuses "raise my limit" with "lower my limit"
 * and 5 years with 6, so the words decide as well: see decision 0016.
 */

/** Cosine below which two questions are not the same, whatever their words say. Chosen by `npm run bench -- cache`. */
export const CLOSE = 0.66;

/** What tells whether a stored question, so close to `asked`, asks the same. */
export function sameAs(asked: string): (stored: string, similarity: number) => boolean {
  const words = wordsOf(asked);
  let form: QuestionForm | undefined;
  return (stored, similarity) => {
    if (wordsOf(stored) === words) return true;
    if (similarity < CLOSE) return false;
    form ??= formOf(asked);
    return asksTheSame(form, formOf(stored));
  };
}

export const isSameQuestion = (asked: string, stored: string, similarity: number): boolean =>
  sameAs(asked)(stored, similarity);

/** Words that point at what was said before, or only repeat it. */
const POINTING =
  /^(?:and|or|but|so|then|what about|how about|what if|also|instead|yes|no)\b|\b(?:it|its|they|them|their|he|she|him|her|his|hers|that|this|these|those|one|ones|then|instead|again|repeat|same|there|else|another|other)\b/;

/** The same words where they point at nothing. */
const IDLE = new RegExp(
  [
    String.raw`\bit(?= (?:be )?(?:(?:take|cost|from|free|safe|ok|okay|allowed|legal) (?:to|for|per|the)\b|from\b|possible|necessary|required|permitted|mandatory))`,
    String.raw`\b(?:is|are|was|were|will) there\b|\bthere (?:is|are)\b`,
    String.raw`\bthis (?:morning|afternoon|evening|week|weekend|month|year|summer|winter)\b`,
    String.raw`\bone (?=(?:day|night|week|month|year|hour|person|way|adult|child)\b)`,
    String.raw`\beach other\b|\b(?:another|other) (?=(?:country|bank|person|city)\b)`,
  ].join('|'),
  'g',
);

/** Words for amounts and terms: without what they are of, they lean on what was said before. */
const LEANING = /^(?:price|rate|interest|limit|amount|balance|minimum|deposit|pay|#.*|year|month|day|cost)$/;

/**
 * Whether a question means the same whatever was said before it; only such a one may be answered from the store.
 * Later in a call (`first` is false) it has to name what it is about.
 */
export function standsAlone(question: string, first: boolean): boolean {
  const plain = question.toLowerCase().replaceAll('’', "'").trim();
  if (wordsOf(plain).split(' ').length < 3 || POINTING.test(plain.replaceAll(IDLE, ' '))) return false;
  const form = formOf(question);
  if (form.kind === '') return false;
  return first || namesItsSubject(form, plain);
}

/** Whether a question may be looked up, and its answer stored; `first`: nothing was said before it in its call. */
export const isAskable = (question: string, first: boolean) =>
  question.length <= longestQuestion && standsAlone(question, first);

const namesItsSubject = ({ about }: QuestionForm, plain: string) =>
  /\b(?:you|your)\b/.test(plain) || about.filter((meaning) => !LEANING.test(meaning)).length >= 2;
