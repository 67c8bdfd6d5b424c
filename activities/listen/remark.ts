import type { CallSettings } from '../../call/settings.ts';
import { isAlmostBackchannel, isBackchannel, isUrgent, plainWords } from './backchannels.ts';

/** Something short that the caller said while the bot spoke. */
export interface Remark {
  text: string;
  /** How long it took. */
  ms: number;
  /** The logarithm of the odds that it sounded like a sign of listening; undefined where that is not known. */
  odds?: number;
  language: CallSettings['language'];
  /** It names what the call is about. */
  isTopic?: boolean;
}

/**
 * What the words add to the odds of the sound: evidence, no proof, since a recogniser writes "Amen" for a hum, and "No" for
 * an "Oh". Below the bar the caller has the turn. Set on voices that the sound was not learnt from, so that one sign of
 * listening in twenty stops the bot there.
 */
const SIGN = 3;
const ALMOST_SIGN = 2;
const URGENT = -1.5;
const TOPIC = -2.5;
const BAR = -0.3;

/**
 * What is shorter than this, ms of detected voice, is no word: an echo's remains, a knock, a cough. The shortest "No" and
 * "Stop" took 220. Other words than such urgent ones take longer.
 */
const WORD_MS = 170;
const PLAIN_WORD_MS = 350;

/**
 * Where the sound is not known, so few words in so short a time, ms, are what recognisers make of a cough ("You."), a hum
 * ("And mem home.") or a faint echo, unless one of them is urgent, or what the call is about.
 */
const HUM_WORDS = 3;
const HUM_MS = 1_500;
const COUGH_MS = 500;

/** Why a remark is no turn; undefined where it is one. */
export function noTurnOf(remark: Remark): 'backchannel' | 'noise' | undefined {
  const isSign = isBackchannel(remark.text, remark.language);
  if (!isTooShort(remark) && isRequest(remark, isSign)) return undefined;
  return remark.ms < COUGH_MS && !isSign ? 'noise' : 'backchannel';
}

const hasFewWords = ({ text }: Remark) => plainWords(text).split(' ').length <= HUM_WORDS;
const isPressing = ({ text, language, isTopic }: Remark) => isTopic || isUrgent(text, language);

const isTooShort = (remark: Remark) =>
  remark.ms < (isPressing(remark) ? WORD_MS : PLAIN_WORD_MS) && hasFewWords(remark);

const isRequest = (remark: Remark, isSign: boolean) =>
  remark.odds === undefined ? !isSign && !isHum(remark) : oddsOf(remark, isSign) < BAR;

function oddsOf({ text, odds, language, isTopic }: Remark, isSign: boolean): number {
  const almost = !isSign && isAlmostBackchannel(text, language);
  const urgent = !isSign && isUrgent(text, language);
  return (
    odds! + (isSign ? SIGN : 0) + (almost ? ALMOST_SIGN : 0) + (urgent ? URGENT : 0) + (isTopic ? TOPIC : 0)
  );
}

function isHum(remark: Remark): boolean {
  const few = hasFewWords(remark) || isAlmostBackchannel(remark.text, remark.language);
  return remark.ms < HUM_MS && few && !isPressing(remark);
}
