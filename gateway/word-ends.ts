import type { MediaFormat } from '../audio/format.ts';
import { spokenText } from '../engines/tts/spoken-text.ts';
import { loudness, LOUDNESS_FRAME_MS, loudnessFrameBytes, SILENCE_RMS } from './loudness.ts';

export interface SpokenSentence {
  text: string;
  audio: Uint8Array;
  /** All of its audio is here. */
  done: boolean;
}

/** A word as it is said: of "$12.50" there are five. */
interface Word {
  /** Which of the written words it belongs to. */
  owner: number;
  /** How long it takes, ms, at a common pace. */
  weight: number;
  /** What it costs to put a gap after it. */
  gapCost: number;
}

/** A stretch of silence in a voice: after how many voiced frames, and how many frames long. */
interface Gap {
  after: number;
  length: number;
}

/** A gap, or an end, put after so many words: the likeliest way there. */
interface Anchor {
  words: number;
  /** Voiced frames before it. */
  after: number;
  gap: number;
  cost: number;
  previous: Anchor | undefined;
}

/** How long a voice takes for a word: for itself, each of its letters and syllables, and at the end of a clause, ms. */
const WORD_MS = 55;
const LETTER_MS = 40;
const SYLLABLE_MS = 40;
const CLAUSE_END_MS = 85;
/** Silence from here on lies between words, frames; a shorter one may be the stop in "account". */
const GAP_FRAMES = 6;
/** The longest gaps alone are looked at: a bound on the work, which grows with their square. */
const MOST_GAPS = 12;
/** How far a stretch of words may differ from the length that is expected of it: variance, ms a ms, and ms. */
const SPREAD_MS = 60;
const SPREAD_FLOOR_MS = 60;
/** What it costs to put a gap after a word without a comma, more within a figure; and, a frame of it, to put it nowhere. */
const UNMARKED = 5;
const WITHIN = 15;
const NOWHERE = 0.3;
const MARKED = /[,.;:!?…]["')]?$/;

/**
 * Where each word of a sentence ends in its audio, bytes; Infinity for words that are not in it yet. A word takes as
 * long as its spoken form has letters and syllables ("$315.68" has many), and gaps in the voice fall between words,
 * mostly at commas: of all ways to put them there the likeliest is taken.
 */
export function wordEnds(format: MediaFormat, sentence: SpokenSentence): number[] {
  const words = spokenWords(sentence.text);
  const { voiced, gaps } = voicedFrames(loudness(format, sentence.audio));
  const places = alignWords(words, gaps, voiced.length, sentence.done);
  const frameBytes = loudnessFrameBytes(format);
  const ends: number[] = [];
  for (const [i, { owner }] of words.entries()) {
    const frame = voiced[Math.max(0, Math.ceil(places[i]! - 1e-9) - 1)];
    ends[owner] = frame === undefined ? Infinity : Math.min(sentence.audio.length, (frame + 1) * frameBytes);
  }
  return ends;
}

function spokenWords(text: string): Word[] {
  return [...text.matchAll(/\S+/g)].flatMap(([written], owner) => {
    const marked = MARKED.test(written);
    const said = spokenText(written).match(/[\p{L}']+/gu) ?? [''];
    return said.map((word, i) => {
      const isLast = i === said.length - 1;
      const letters = word.replaceAll("'", '').length;
      const syllables = word.replace(/e$/i, '').match(/[aeiouy]+/gi)?.length ?? 1;
      const weight =
        WORD_MS + LETTER_MS * letters + SYLLABLE_MS * syllables + (isLast && marked ? CLAUSE_END_MS : 0);
      return { owner, weight, gapCost: isLast ? (marked ? 0 : UNMARKED) : WITHIN };
    });
  });
}

/** The frames that hold a voice, and the gaps between them. */
function voicedFrames(levels: Float64Array): { voiced: number[]; gaps: Gap[] } {
  const voiced: number[] = [];
  const gaps: Gap[] = [];
  for (const [i, level] of levels.entries()) {
    if (level < SILENCE_RMS) continue;
    const length = i - 1 - (voiced.at(-1) ?? i - 1);
    if (length >= GAP_FRAMES) gaps.push({ after: voiced.length, length });
    voiced.push(i);
  }
  const shortest = gaps.map(({ length }) => length).sort((a, b) => b - a)[MOST_GAPS - 1] ?? 0;
  return { voiced, gaps: gaps.filter(({ length }) => length >= shortest).slice(0, MOST_GAPS) };
}

/** How many voiced frames lie before the end of each word. `whole`: all words are within `frames`. */
function alignWords(words: Word[], gaps: Gap[], frames: number, whole: boolean): number[] {
  const before = [0];
  for (const { weight } of words) before.push(before.at(-1)! + weight);
  const all = before.at(-1)!;
  const unit = whole ? frames / Math.max(1, all) : 1 / LOUDNESS_FRAME_MS;
  const start: Anchor = { words: 0, after: 0, gap: -1, cost: 0, previous: undefined };
  const anchors = [start];
  const reach = (at: { words: number; after: number; gap: number }, open: boolean): Anchor => {
    let best: Anchor = { ...at, cost: Infinity, previous: undefined };
    for (const anchor of anchors) {
      if (anchor.gap >= at.gap || (anchor.words >= at.words && anchor !== start)) continue;
      const expected = (before[at.words]! - before[anchor.words]!) * unit * LOUDNESS_FRAME_MS;
      const off = (at.after - anchor.after) * LOUDNESS_FRAME_MS - expected;
      let cost = anchor.cost + (open ? 0 : off ** 2 / (SPREAD_MS * (expected + SPREAD_FLOOR_MS)));
      for (let skipped = anchor.gap + 1; skipped < at.gap; skipped++) cost += gaps[skipped]!.length * NOWHERE;
      if (cost < best.cost) best = { ...at, cost, previous: anchor };
    }
    return best;
  };
  for (const [gap, { after }] of gaps.entries()) {
    const here: Anchor[] = [];
    for (let count = 1; count < words.length; count++) {
      const anchor = reach({ words: count, after, gap }, false);
      anchor.cost += words[count - 1]!.gapCost;
      here.push(anchor);
    }
    anchors.push(...here);
  }
  let end = reach({ words: words.length, after: frames, gap: gaps.length }, !whole);
  if (!whole) {
    const { words: known, after } = end.previous!;
    end = { ...end, after: after + (all - before[known]!) * unit };
  }
  const places: number[] = [];
  for (let to = end; to.previous; to = to.previous) {
    const { previous: from } = to;
    const share = (to.after - from.after) / Math.max(1, before[to.words]! - before[from.words]!);
    for (let count = to.words; count > from.words; count--) {
      places[count - 1] = from.after + (before[count]! - before[from.words]!) * share;
    }
  }
  return places;
}
