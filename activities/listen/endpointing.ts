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

/**
 * Silence, in ms since the last speech frame, after which these words end the caller's turn: short when they
 * sound finished, long when they do not (an open word, a run of digits, a trailing comma or dash).
 */
export function endpointDelayMs(text: string, settings: CallSettings): number {
  return soundsFinished(text)
    ? settings.endpointingMs
    : Math.max(settings.endpointingMs, settings.endpointingMaxMs);
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
