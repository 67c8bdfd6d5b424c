import type { CallSettings } from '../../call/settings.ts';

/** Words after which a speaker means to go on. */
const OPEN_ENDED = new Set(
  (
    'a an the and but or so because if that which who with without for from to of in on at by about than as ' +
    'my your our their his her its this these is are was were am be i we they he she um uh er hmm like want ' +
    'would could can will need have has had do does not between per plus minus'
  ).split(' '),
);

/** A word that is still being dictated: digits, alone or as words. */
const DIGITS = /^(?:\d+|zero|oh|one|two|three|four|five|six|seven|eight|nine|double|triple)$/;

/** What asks for an answer: the caller has handed over. */
const REQUEST =
  /\?$|\b(?:please|thanks|thank you|bye|goodbye|good-bye|that is all|that's all)\b|\b(?:i'd|i would|i|we) (?:would )?(?:like|want|need)\b|^(?:can|could|would|will|do|does|is|are|what|when|where|which|who|why|how|tell|give|show|help|transfer|repeat|say)\b/;

/** Answers that are whole however short: "yes", "ten thousand dollars". */
const SHORT_ANSWER_WORDS = 5;

/** Of the way from the short silence to the long one, for a statement that may be the start of a story. */
const STATEMENT_SHARE = 0.4;

/**
 * Silence, in ms since the last speech frame, after which these words end the caller's turn: `endpointingMs` when
 * they ask for an answer, somewhat more when they only state something ("I missed a payment."), and
 * `endpointingMaxMs` when they sound unfinished (an open word, a run of digits, a trailing comma or dash).
 */
export function endpointDelayMs(text: string, settings: CallSettings): number {
  const { endpointingMs: short } = settings;
  const long = Math.max(short, settings.endpointingMaxMs);
  if (!soundsFinished(text)) return long;
  return asksForAnswer(text) ? short : short + STATEMENT_SHARE * (long - short);
}

function asksForAnswer(text: string): boolean {
  const sentences = text.toLowerCase().match(/[^.?!]+[.?!]*/g) ?? [];
  const last = sentences.at(-1)?.trim() ?? '';
  return REQUEST.test(last) || last.split(/\s+/).length <= SHORT_ANSWER_WORDS;
}

export function soundsFinished(text: string): boolean {
  const trimmed = text.trim().toLowerCase();
  if (trimmed.endsWith('?')) return true;
  if (/(?:[,:;–—-]|\.\.\.|…)$/.test(trimmed)) return false;
  const words = trimmed
    .replace(/[^\p{L}\p{N}' ]/gu, ' ')
    .split(/\s+/)
    .filter(Boolean);
  const last = words.at(-1);
  if (last === undefined || OPEN_ENDED.has(last)) return false;
  const dictating = words.slice(-2).every((word) => DIGITS.test(word)) && words.length > 1;
  return !dictating;
}
