import {
  DIRECTIONS,
  EMPTY,
  EXCHANGES,
  MEASURES,
  meaningOf,
  NEGATIONS,
  ONE_WAY,
  OURSELVES,
  PERSONS,
  TIME_UNITS,
} from './lexicon.ts';
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
  /** Of "what can I bring" and "what must I bring"; with `how` it says nothing. */
  modality?: 'can' | 'must';
  /** Who does it comes last, after "by". */
  passive: boolean;
}

/** Kinds that ask for a fact about the business or, with "my", about the caller alone. */
const INFORMING = new Set(['when', 'where', 'what', 'who', 'how-much', 'how-many', 'how-long', 'why']);

export function formOf(question: string): QuestionForm {
  const reading = new Reading();
  for (const clause of plainClauses(question)) reading.add(kindsMarked(joinPhrases(clause)).split(' '));
  const { kinds, order, bound, actors, mine, yours, past, modality, passive } = reading;
  const kind = kindOf(kinds, order, question);
  const about = [...new Set(simplified(order)), ...bound].sort();
  return {
    kind,
    about,
    order: [...new Set(order)],
    actors: condensed(actors),
    mine,
    yours,
    past,
    modality: kind.includes('how') && !kind.includes('-') ? undefined : modality,
    passive,
  };
}

/** What is gathered while a question is read word by word. */
class Reading {
  readonly kinds: string[] = [];
  readonly order: string[] = [];
  readonly bound: string[] = [];
  readonly actors: string[] = [];
  readonly mine = new Set<string>();
  readonly yours = new Set<string>();
  past = false;
  modality: QuestionForm['modality'];
  passive = false;

  add(words: string[]) {
    this.past ||= words.some((word) => /^(?:did|was|were|had)$/.test(word));
    this.passive ||= / (?:is|are|be|been|was|were|get) (?:[a-z_]+ ){0,3}?[a-z]+(?:ed|en|id|old|ght) by /.test(
      `${['', ...words].join(' ')} `,
    );
    const exchanges = words.some((word) => EXCHANGES.has(meaningOf(word)));
    let binding: string | undefined;
    let owner: Set<string> | undefined;
    for (const [i, word] of words.entries()) {
      const [before = '', after = '', later = ''] = [words[i - 1], words[i + 1], words[i + 2]];
      if (word.startsWith('?')) this.kinds.push(word.replace(/^\?+/, ''));
      else if (NEGATIONS.has(word)) binding = 'not';
      else if (DIRECTIONS.has(word)) binding = word;
      else if (exchanges && /^(?:to|into|for|with)$/.test(word)) binding = 'into';
      else if (/^(?:by|within)$/.test(word) && MOMENT.test(after)) binding = word;
      else if (/^(?:for|in)$/.test(word) && after.startsWith('#') && TIME_UNITS.has(later)) binding = word;
      else if (/^(?:must|should)$/.test(word)) this.modality ??= 'must';
      else if (/^(?:can|could|may|might)$/.test(word)) this.modality ??= 'can';
      else if (/^(?:i|we)$/.test(word)) this.actors.push('I');
      else if (word === 'you') {
        if (!/^(?:to|with|from|by|for|at|of|about|than)$/.test(before)) this.actors.push('you');
      } else if (/^(?:my|our)$/.test(word)) owner = this.mine;
      else if (word === 'your') owner = this.yours;
      else if (!EMPTY.has(word) && (binding || !isOurselves(word, before))) {
        const meaning = meaningOf(word);
        this.order.push(meaning);
        owner?.add(meaning);
        if (binding) this.bound.push(`${binding}>${meaning}`);
        owner = undefined;
        binding = undefined;
      }
    }
    if (binding) this.bound.push(`${binding}>`);
  }
}

/** A word for a time: "by Friday" is not "on Friday". */
const MOMENT = /^#|day|noon|midnight|tonight|tomorrow/;

const isOurselves = (word: string, before: string) =>
  OURSELVES.has(word) && (before === 'the' || before === 'your' || before === 'you');

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

/** What a measure says already is left out: "the price limit" is the limit, "the interest rate" the interest. */
function simplified(order: string[]): string[] {
  const left = new Set<string>();
  if (order.some((meaning) => meaning !== 'price' && MEASURES.has(meaning))) {
    for (const meaning of ['price', 'amount', 'pay']) left.add(meaning);
    if (order.includes('interest')) left.add('rate').add('obtain');
  }
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
  if (a.modality && b.modality && a.modality !== b.modality) return false;
  return a.order.join(' ') === b.order.join(' ') || (!sidesMatter(a) && !sidesMatter(b));
}

/** Whether another order of words would say another thing: persons who do something to each other, or things. */
const sidesMatter = ({ about, passive }: QuestionForm) =>
  about.some((meaning) => PERSONS.has(meaning)) ||
  (!passive && about.some((meaning) => ONE_WAY.has(meaning)));

/** "My number" is not "your number"; and a fact about mine is no fact about all. */
function ownersDiffer(a: QuestionForm, b: QuestionForm): boolean {
  for (const meaning of a.mine) {
    if (b.yours.has(meaning)) return true;
    if (INFORMING.has(a.kind) && !b.mine.has(meaning)) return true;
  }
  return false;
}
