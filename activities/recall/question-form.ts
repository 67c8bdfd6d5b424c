import { DIRECTIONS, EMPTY, MEASURES, meaningOf, NEGATIONS, OURSELVES, PERSONS } from './lexicon.ts';
import { joinPhrases } from './phrases.ts';
import { plainClauses } from './plain-words.ts';
import { kindsMarked } from './question-kinds.ts';

/** What a question asks, apart from how it is put. */
export interface QuestionForm {
  /** `when`, `where`, `how`, `how-much`, `whether`, `can`, `must`, `want`, …; several where it asks several things. */
  kind: string;
  /** What it is about, sorted: meanings, numbers as `#5`, and what is bound to a word, as in `not>cover`. */
  about: string[];
  /** The meanings in the order said. */
  order: string[];
  /** `I`, `you`, or both in the order said: who does what. */
  actors: string;
  /** What is said to be the caller's, and the business'. */
  mine: Set<string>;
  yours: Set<string>;
  /** It asks about what has been. */
  past: boolean;
}

/** Kinds that ask for a fact about the business or, with "my", about the caller alone. */
const INFORMING = new Set(['when', 'where', 'what', 'who', 'how-much', 'how-many', 'how-long', 'why']);

export function formOf(question: string): QuestionForm {
  const kinds: string[] = [];
  const order: string[] = [];
  const bound: string[] = [];
  const actors: string[] = [];
  const mine = new Set<string>();
  const yours = new Set<string>();
  let past = false;
  for (const clause of plainClauses(question)) {
    const words = kindsMarked(joinPhrases(clause)).split(' ');
    past ||= words.some((word) => /^(?:did|was|were|had)$/.test(word));
    let binding: string | undefined;
    let owner: Set<string> | undefined;
    for (const [i, word] of words.entries()) {
      if (word.startsWith('?')) {
        kinds.push(word.replace(/^\?+/, ''));
        continue;
      }
      const meaning = meaningOf(word);
      if (NEGATIONS.has(word)) binding = 'not';
      else if (DIRECTIONS.has(word)) binding = word;
      else if (
        /^(?:by|within)$/.test(word) &&
        /^#|day|noon|midnight|tonight|tomorrow/.test(words[i + 1] ?? '')
      )
        binding = word;
      else if (/^(?:i|we)$/.test(word)) actors.push('I');
      else if (word === 'you' && !/^(?:to|with|from|by|for|at|of|about|than)$/.test(words[i - 1] ?? ''))
        actors.push('you');
      else if (/^(?:my|our)$/.test(word)) owner = mine;
      else if (word === 'your') owner = yours;
      else if (!EMPTY.has(word) && !EMPTY.has(meaning) && (binding || !OURSELVES.has(meaning))) {
        order.push(meaning);
        owner?.add(meaning);
        if (binding) bound.push(`${binding}>${meaning}`);
        owner = undefined;
        binding = undefined;
      }
    }
    if (binding) bound.push(`${binding}>`);
  }
  const kind = kindOf(kinds, order, question);
  const about = [...new Set(simplified(kind, order)), ...bound].sort();
  return { kind, about, order: [...new Set(order)], actors: condensed(actors), mine, yours, past };
}

/** One name for what is asked; "what is the price" asks how much, and so does "how much can I", for a limit. */
function kindOf(kinds: string[], order: string[], question: string): string {
  const measured = order.some((meaning) => MEASURES.has(meaning));
  const asked = [...new Set(kinds)].map((kind) => (kind === 'what' && measured ? 'how-much' : kind));
  const permission = /\b(?:can|may|could) (?:i|we|my|a|the|one)\b|\b(?:am|are) (?:i|we) allowed/i.test(
    question,
  );
  const counts = asked.includes('how-many') || (asked.includes('how-much') && !order.includes('price'));
  if (counts && permission) order.push('limit');
  return asked.sort().join('+');
}

/** What the kind says already is left out. */
function simplified(kind: string, order: string[]): string[] {
  const left = new Set<string>();
  if (order.some((meaning) => meaning !== 'price' && MEASURES.has(meaning))) left.add('price').add('amount');
  if (order.includes('interest')) left.add('rate');
  if (kind.startsWith('how-much') && !left.has('price')) {
    if (order.includes('price')) left.add('pay');
  } else if (left.has('price')) left.add('pay');
  if (left.has('price') && order.includes('interest')) left.add('obtain');
  return order.filter((meaning) => !left.has(meaning));
}

const condensed = (actors: string[]) => actors.filter((actor, i) => actor !== actors[i - 1]).join(' ');

/** Whether two questions ask the same, to all that can be told from their words. */
export function asksTheSame(a: QuestionForm, b: QuestionForm): boolean {
  if (a.kind !== b.kind || a.past !== b.past || a.about.length !== b.about.length) return false;
  if (a.about.some((meaning, i) => meaning !== b.about[i])) return false;
  if (!a.kind.includes('how-much') || (a.actors.includes(' ') && b.actors.includes(' '))) {
    if (a.actors && b.actors && a.actors !== b.actors) return false;
  }
  if (ownersDiffer(a, b) || ownersDiffer(b, a)) return false;
  const persons = a.order.filter((meaning) => PERSONS.has(meaning));
  return persons.length === 0 || a.order.join(' ') === b.order.join(' ');
}

/** "My number" is not "your number"; and a fact about mine is no fact about all. */
function ownersDiffer(a: QuestionForm, b: QuestionForm): boolean {
  for (const meaning of a.mine) {
    if (b.yours.has(meaning)) return true;
    if (INFORMING.has(a.kind) && !b.mine.has(meaning)) return true;
  }
  return false;
}
