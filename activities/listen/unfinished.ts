import type { EndpointingHints } from '../../domains/endpointing.ts';
import { missingDigits } from './dictation.ts';

/** What is known of a turn when its caller pauses. */
export interface Heard {
  /** The words so far. */
  text: string;
  /** What the bot said before, as far as it was heard. */
  asked: string;
  /** How long the caller has spoken in this turn, ms; pauses don't count. */
  spokenMs: number;
}

const anyOf = (words: string) => `(?:${words.split(' ').join('|')})`;

/** Words that no sentence ends in. */
const OPEN = new RegExp(
  `\\b${anyOf(
    'a an the and but or so because if whether to my your our their his its am i he she they ' +
      "i'm it's we're they're um uh uhm ah er erm hm hmm than as would could can will had does between per plus minus " +
      'well actually sorry',
  )}$`,
);
/** Words that end a question ("What would the rate be?"), and nothing else that is whole. */
const OPEN_UNLESS_ASKED = new RegExp(
  `\\b${anyOf(
    'that which who with without for from too of in on at by about like want need have has tell borrow be is are was were do mine we',
  )}$`,
);
/** Beginnings that say nothing yet. */
const OPENING =
  /^(?:(?:so|well|okay|ok|um+|uh+|hm+|yes|no|and|but|oh) ?)*(?:let me (?:think|see)|the thing is|i mean|it is|it's not|(?:i was|i'm) wondering|so|well|um+|uh+|hm+|and|but)$/;
const LEAD = '(?:(?:and|but|so|well|okay|ok|um|uh|oh|yes|yeah|no|then|hello|hi|also|sorry) )*';
/** "If I pay more every month": half of a sentence, unless it is a long one. */
const SUBORDINATE = new RegExp(
  `^${LEAD}(?:if|when i|when my|when the|because|since|although|while|unless|as soon as)\\b`,
);
const SHORT_CLAUSE = 9;
const A_FEW_WORDS = 4;

const QUESTION = new RegExp(
  `^${LEAD}(?:what|what's|when|where|where's|which|who|whose|why|how|can|could|would|will|do|does|did|is|are|am|was|have|has|should|may)\\b`,
);
const REQUEST = new RegExp(
  `^${LEAD}(?:i'd like|i would like|i want|i need|we need|we want|we'd like|i wanted|please|tell|give|show|help|send|transfer|repeat|block|connect|put|i have a question|i'm calling|i am calling|it's about)\\b|\\bplease$`,
);
/** What the bot asks that has no short answer. */
const OPEN_QUESTION = /\b(?:how can i help|what can i do)\b/i;
const FAREWELL = /\b(?:bye|goodbye|nice day|good day)$/;
const THANKS = /\b(?:thanks|thank you|for your help|that's all|that is all|that's everything|that's it)$/;
const AGREEING =
  /^(?:yes|yeah|yep|no|nope|sure|okay|ok|correct|right|exactly|fine|that sounds good|that's right|not really|of course)\b/;
/** "Yes, please do.", "No, it was mine." */
const CONFIRMING = /^(?:yes|yeah|yep|no|nope)\b.*\b(?:do|is|are|was|were|have|has|mine)$/;
const FIGURE = new RegExp(
  `\\d|^${anyOf('the about over for on and maybe only')}? ?(?:the |about )?(?:${anyOf('one two three four five six seven eight nine ten eleven twelve')}|\\w+(?:teen|ty)|first|second|third|\\w+th)\\b`,
);

/**
 * Shares by form, tuned on recordings (docs/decisions/0009). What is stated may lead up to a question, and a
 * short request may have its object still to come ("I'd like a loan"): the more words, the likelier it was whole.
 */
const SHORT_QUESTION = 0.3;
const HALF_A_SENTENCE = 0.9;
/** "Thank you, that is all." There is no hurry to hang up on somebody who is about to say goodbye. */
const A_FAREWELL_MAY_FOLLOW = 0.2;
const ofRequest = (words: number) => Math.max(0, 0.4 - 0.03 * words);
const ofStatement = (words: number) => Math.max(0.1, 0.7 - 0.04 * words);
/** A recogniser that hears a comma has heard a voice that stays up: of pauses within, a quarter end in one; of turns, 6 %. */
const TRAILING_COMMA = 0.3;

/**
 * Who has just begun is likelier to go on, and who has spoken for long is likelier to have finished. Bad lines hide
 * words; how long somebody speaks is heard on all of them. */
const JUST_BEGUN = 0.7;
const BEGINNING_MS = 2_500;
const HAS_SAID_MUCH = 0.7;
const MUCH_MS = 4_000;

/**
 * How likely the caller is to go on after this pause, 0–1: by digits that are being dictated, the grammar of the
 * last sentence, what the bot had asked, and how long the caller has spoken.
 */
export function unfinished(heard: Heard, hints?: EndpointingHints): number {
  const { text, asked } = heard;
  const missing = missingDigits(heard, hints?.dictated ?? []);
  if (missing !== undefined) return missing;
  const sentence = lastSentence(text);
  const isQuestion = QUESTION.test(sentence) || text.trim().endsWith('?');
  if (sentence === '' || OPEN.test(sentence) || OPENING.test(sentence)) return 1;
  if (OPEN_UNLESS_ASKED.test(sentence) && !isQuestion && !CONFIRMING.test(sentence)) return 1;
  if (/(?:[:;–—-]|\.\.\.|…)$/.test(text.trim())) return 1;
  if (FAREWELL.test(sentence) || hints?.handsOver.test(sentence)) return 0;
  const comma = text.trim().endsWith(',') ? TRAILING_COMMA : 0;
  return Math.max(comma, isAnswer(sentence, asked) ? 0 : Math.min(1, openness(sentence, heard)));
}

const hasShortAnswer = (asked: string) => asked.trim().endsWith('?') && !OPEN_QUESTION.test(asked);

/** A whole answer to what the bot asked, or a word of consent. */
function isAnswer(sentence: string, asked: string): boolean {
  const answering = hasShortAnswer(asked);
  const isShort = sentence.split(' ').length < (answering ? SHORT_CLAUSE : A_FEW_WORDS);
  return (AGREEING.test(sentence) && isShort) || (answering && FIGURE.test(sentence));
}

function openness(sentence: string, { asked, spokenMs }: Heard): number {
  if (THANKS.test(sentence)) return A_FAREWELL_MAY_FOLLOW;
  const length = sentence.split(' ').length;
  if (SUBORDINATE.test(sentence) && length < SHORT_CLAUSE) return HALF_A_SENTENCE;
  const hasBegun = hasShortAnswer(asked) ? 0 : JUST_BEGUN * Math.max(0, 1 - spokenMs / BEGINNING_MS);
  if (QUESTION.test(sentence)) return (length >= A_FEW_WORDS ? 0 : SHORT_QUESTION) + hasBegun;
  const byWords = REQUEST.test(sentence) ? ofRequest(length) : ofStatement(length);
  return byWords * (1 - HAS_SAID_MUCH * Math.min(1, spokenMs / MUCH_MS)) + hasBegun;
}

function lastSentence(text: string): string {
  // A single letter before a stop is an abbreviation's: "a new P. I. N."
  const sentences = text
    .toLowerCase()
    .replace(/’/g, "'")
    .split(/(?<=[a-z0-9']{2}[.?!]+) /);
  const last = sentences.filter((part) => /[a-z0-9]/.test(part)).at(-1) ?? '';
  return last
    .replace(/[^a-z0-9'$ ]/g, ' ')
    .replace(/\s+/g, ' ')
    .trim();
}
