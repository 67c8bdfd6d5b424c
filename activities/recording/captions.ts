import type { Redact } from '../redact.ts';
import type { Caption, Timeline } from './timeline.ts';

/** A call's words as WebVTT, each with its speaker; times count from the call's start. */
export function toWebVtt(
  { captions, startsAt }: Pick<Timeline, 'captions' | 'startsAt'>,
  redact: Redact = (text) => text,
): string {
  const cues = captions.map(({ speaker, from, to, text }: Caption) => {
    return `${clock(from - startsAt)} --> ${clock(to - startsAt)}\n<v ${speaker}>${escape(redact(text))}\n`;
  });
  return ['WEBVTT\n', ...cues].join('\n');
}

/** ms → `hh:mm:ss.ttt`. */
function clock(ms: number): string {
  return new Date(Math.max(0, Math.round(ms))).toISOString().slice(11, 23);
}

/** Empty lines end a cue, `-->` would begin one. */
const escape = (text: string) =>
  text.replace(/\s+/g, ' ').replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
