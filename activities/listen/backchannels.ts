import type { CallSettings } from '../../call/settings.ts';

/** What people say to show that they listen, in a language: not to take the turn while the other one speaks. */
const BACKCHANNELS: Record<CallSettings['language'], { phrases: string[]; fillers: string[] }> = {
  en: {
    phrases: [
      'okay',
      'ok',
      'right',
      'all right',
      'alright',
      'yeah',
      'yep',
      'yup',
      'yes',
      'sure',
      'fine',
      'good',
      'great',
      'nice',
      'cool',
      'wow',
      'really',
      'exactly',
      'indeed',
      'of course',
      'i see',
      'i know',
      'i understand',
      'got it',
      'gotcha',
      'makes sense',
      'that makes sense',
      'fair enough',
      'no problem',
      'go on',
      'go ahead',
      'thanks',
      'thank you',
      'then',
      'very',
      'true',
      'correct',
      'perfect',
      'lovely',
      'wonderful',
      'brilliant',
      'excellent',
      'awesome',
      'amazing',
      'fantastic',
      'super',
      'interesting',
      'absolutely',
      'definitely',
      'understood',
      'good to know',
      'i get it',
      'i see what you mean',
      "(?:that's|that is|that sounds|sounds) (?:good|great|fine|nice|right|true|perfect|lovely|interesting)",
    ],
    // As recognisers spell what is hardly a word: "Mmm.", "Uh-huh", "Aha", "Hmhm".
    fillers: ['[mh]+', '[ua]+h+', 'h[ua]h', 'o+h+', 'a+ha', 'um+', 'er'],
  },
};

/** Words that take the turn, however short; others as short as a hum may be what a recogniser makes of one. */
const URGENT: Record<CallSettings['language'], ReadonlySet<string>> = {
  en: new Set(
    (
      "no nope not stop wait hello hey hold pause what what's why when how who where which sorry pardon excuse help agent " +
      'human operator person cancel repeat again louder slower faster quiet enough never wrong skip next hang already instead listen question another ' +
      'different else bye goodbye please can could ' +
      'need want tell give show talk speak zero one two three four five six seven eight nine ten eleven twelve thirteen ' +
      'fourteen fifteen sixteen seventeen eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety hundred ' +
      'thousand million percent dollar dollars euros pounds today tomorrow yesterday tonight monday tuesday wednesday ' +
      'thursday friday saturday sunday january february april june july august september october november december ' +
      'week weeks month months year years later'
    ).split(' '),
  ),
};

const patterns = new Map<string, RegExp>();

/** These words without the signs of listening that they begin with: of "Okay, I see, sir." the last. */
function wordsAfter(text: string, language: CallSettings['language']): string[] {
  let pattern = patterns.get(language);
  if (!pattern) {
    const { phrases, fillers } = BACKCHANNELS[language];
    pattern = new RegExp(`^(?:(?:${[...phrases, ...fillers].join('|')})(?: |$))*`);
    patterns.set(language, pattern);
  }
  return plainWords(text).replace(pattern, '').split(' ').filter(Boolean);
}

/** Whether these words are nothing but signs of listening. */
export const isBackchannel = (text: string, language: CallSettings['language']) =>
  plainWords(text) !== '' && wordsAfter(text, language).length === 0;

/** Whether they begin as such, and one word more was heard in them: "That makes sense, sir." */
export const isAlmostBackchannel = (text: string, language: CallSettings['language']) =>
  wordsAfter(text, language).length === 1 && plainWords(text).includes(' ');

/** Lower case, without punctuation: "Mm-hmm, okay." → "mm hmm okay". */
export const plainWords = (text: string) =>
  text
    .toLowerCase()
    .replace(/[^\p{L}\p{N}']+/gu, ' ')
    .trim();

/** Whether there is a word among these that takes the turn. */
export const isUrgent = (text: string, language: CallSettings['language']) =>
  plainWords(text)
    .split(' ')
    .some((word) => URGENT[language].has(word));
