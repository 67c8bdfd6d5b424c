import { readNumber, tokenize, word } from '../../domains/number-words.ts';

/** What is said short, and what it stands for. */
const CONTRACTIONS: [RegExp, string][] = [
  [/\bcan'?t\b|\bcannot\b/g, 'can not'],
  [/\bwon'?t\b/g, 'will not'],
  [/\bshan'?t\b/g, 'shall not'],
  [/\bain'?t\b/g, 'is not'],
  [/\b(do|does|did|is|are|was|were|has|have|had|would|could|should|must|need)n'?t\b/g, '$1 not'],
  [/\blet's\b/g, 'let us'],
  [/\bi'm\b|\bim\b/g, 'i am'],
  [/\b(what|where|when|how|who|why|there|it|that|here|he|she)'?s\b(?=.)/g, '$1 is'],
  [/'re\b/g, ' are'],
  [/'ve\b/g, ' have'],
  [/'ll\b/g, ' will'],
  [/'d\b/g, ' would'],
  [/'s\b|s'(?=\s|$)/g, 's'],
  [/\bgonna\b/g, 'going to'],
  [/\bwanna\b/g, 'want to'],
  [/\bgotta\b/g, 'have to'],
  [/\blemme\b/g, 'let me'],
  [/\b(\d+|[a-z]+) ?([ap])\.?m\b\.?/g, '$1 $2m-time'],
  [/\be[- ]mail/g, 'email'],
  [/\bcheck[- ]?(in|out)\b/g, 'check $1'],
  [/\bcarry[- ]on\b/g, 'carryon'],
  [/\bfollow[- ]up\b/g, 'followup'],
  [/\bwi[- ]fi\b/g, 'wifi'],
];

/** What frames a question and asks nothing, at the start of a clause. */
const OPENINGS = [
  'hi|hello|hey|good (?:morning|afternoon|evening|day)|excuse me|sorry|pardon|ok|okay|right|well|um|uh|er|yes|yeah|so|please|thanks|thank you',
  '(?:can|could|would|will|might) you (?:please |kindly |just )?(?:tell|inform|advise|explain to|explain|show|give me an idea|let|remind)(?: me| us)?(?: know)?(?! about)',
  '(?:can|could|may|might) (?:i|we) (?:please |just )?(?:ask|know|find out|inquire|enquire)(?: you)?',
  '(?:please )?(?:tell|inform|remind|explain to) (?:me|us)(?! about)|let me know',
  '(?:do|would) you (?:happen to |perhaps )?know|any idea|is there any chance you know',
  'i (?:was|am)(?: just)? (?:wondering|curious|calling to (?:ask|find out|know))(?: about)?|just wondering|i wonder(?:ed)?',
  '(?:i|we) (?:would like|would love|want|need|wish|am trying|am hoping) to (?:know|ask|find out|hear|inquire|enquire|check)(?: you)?',
  '(?:i|we) (?:just )?(?:have|had|got) (?:a|one|another) (?:quick |short |simple )?question(?: for you)?|quick question|my question is',
  '(?:i|we) (?:do not|would) know',
];
/** "Tell me the price" asks what the price is. */
const TELLING =
  /^(?:(?:can|could|would|will) you (?:please )?(?:tell|give)|(?:please )?(?:tell|give)) (?:me|us) (the|your|my)\b(?! (?:difference|way|story|truth|call|ring))/;
const OPENING = new RegExp(String.raw`^(?:${OPENINGS.join('|')})\b[ ,]*`);
const CLOSING =
  /[ ,]*\b(?:please|thanks|thank you|by any chance|if possible|at the moment|these days|for me|if i may ask|do you know)$/;

/** Particles and adverbs that change nothing where they stand. */
const FILLERS =
  /\b(?:please|just|really|actually|exactly|currently|simply|kindly|maybe|perhaps|basically|generally|normally|usually (?=open|close)|um+|uh+|er+|like to know|you guys|y'?all)\b/g;

/**
 * A question as plain lower-case words, its clauses apart: short forms written out, numbers as `#5`, politeness left
 * out.
 */
export function plainClauses(text: string): string[] {
  let plain = text
    .toLowerCase()
    .replaceAll(/[’`]/g, "'")
    .replaceAll(/(?<=\d),(?=\d{3})/g, '');
  for (const [from, to] of CONTRACTIONS) plain = plain.replaceAll(from, to);
  return plain
    .replaceAll('$', ' dollar ')
    .replaceAll('€', ' euro ')
    .replaceAll('£', ' pound ')
    .replaceAll('%', ' percent ')
    .split(/[?!;,]|\.(?!\d)/)
    .map((clause) => withoutFrame(clause.replaceAll(/[^\p{L}\p{N}.' -]/gu, ' ').replaceAll('-', ' ')))
    .filter((clause) => clause !== '');
}

function withoutFrame(clause: string): string {
  let rest = squeeze(clause.replaceAll(FILLERS, ' '));
  for (;;) {
    const shorter = squeeze(rest.replace(TELLING, 'what is $1').replace(OPENING, '').replace(CLOSING, ''));
    if (shorter === rest) return withNumerals(rest);
    rest = shorter;
  }
}

const squeeze = (text: string) => text.replaceAll(/\s+/g, ' ').trim();

const ORDINALS = new Map(
  'first second third fourth fifth sixth seventh eighth ninth tenth'
    .split(' ')
    .map((name, i) => [name, i + 1]),
);

/** "five hundred" and "500" become `#500`, "the 3rd" and "third" `#3th`. Words that are no tokens stay. */
function withNumerals(clause: string): string {
  const words = clause.split(' ');
  const read: string[] = [];
  for (let at = 0; at < words.length;) {
    const ordinal = ORDINALS.get(words[at]!) ?? /^(\d+)(?:st|nd|rd|th)$/.exec(words[at]!)?.[1];
    if (ordinal !== undefined) {
      read.push(`#${ordinal}th`);
      at += 1;
      continue;
    }
    const rest = words.slice(at).join(' ');
    const tokens = tokenize(rest);
    const number = startsNumber(words[at]!) && tokens[0]?.start === 0 ? readNumber(tokens, 0) : undefined;
    if (!number) {
      read.push(words[at]!);
      at += 1;
      continue;
    }
    read.push(`#${number.value}`);
    const spoken = rest.slice(0, tokens[number.next - 1]!.end);
    const left = word(tokens, number.next) === '' ? '' : rest.slice(tokens[number.next]!.start);
    at += Math.max(
      1,
      left === '' && spoken.length >= rest.trimEnd().length ? words.length : spoken.split(' ').length,
    );
  }
  return read.join(' ');
}

/** "to hundred" is what a recogniser makes of 200; in a stored question "to" and "for" are words. */
const startsNumber = (text: string) => !/^(?:to|too|for|tree|free|ate|won|a|an|half|point)$/.test(text);
