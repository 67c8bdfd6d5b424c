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
      'sounds good',
      'fair enough',
      'no problem',
      'go on',
      'go ahead',
      'thanks',
      'thank you',
    ],
    // As recognisers spell what is hardly a word: "mm-hmm", "uh huh", "Mmm.", "Aha", "Hmhm".
    fillers: ['[mh]+', '[ua]+h+', 'h[ua]h', 'o+h+', 'a+ha', 'um+', 'er'],
  },
};

const patterns = new Map<string, RegExp>();

/** Whether these words are nothing but signs of listening. */
export function isBackchannel(text: string, language: CallSettings['language']): boolean {
  let pattern = patterns.get(language);
  if (!pattern) {
    const { phrases, fillers } = BACKCHANNELS[language];
    pattern = new RegExp(`^(?:(?:${[...phrases, ...fillers].join('|')})(?: |$))+$`);
    patterns.set(language, pattern);
  }
  return pattern.test(plainWords(text));
}

/** Lower case, without punctuation: "Mm-hmm, okay." → "mm hmm okay". */
export const plainWords = (text: string) =>
  text
    .toLowerCase()
    .replace(/[^\p{L}\p{N}']+/gu, ' ')
    .trim();
