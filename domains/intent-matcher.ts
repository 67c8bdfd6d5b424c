import type { EmbeddingEngine } from '../engines/embedding/engine.ts';
import type { Domain, Intent } from './domain.ts';
import { type Example, ExampleRegression } from './example-regression.ts';
import { findQuantities } from './numbers.ts';

/**
 * The least score of an intent that fits, and of a second one in the same turn, which must be beyond doubt.
 * Chosen on the calibration half of the banking domain's held-out utterances; see its responder.test.ts.
 */
const FITS = 0.25;
const FITS_TOO = 0.5;

/** Longest turn that is looked at, in characters and in sentences; what comes first counts. */
const MAX_CHARACTERS = 1_000;
const MAX_SENTENCES = 8;
const MAX_INTENTS = 2;
/** Turns whose match is kept: a call asks for its whole dialogue at every turn. */
const MAX_REMEMBERED = 2_000;
/** Examples that are embedded at once. */
const BATCH = 32;

/** How callers take the floor: in "Wait! What is …", that alone says nothing of what they want. */
const OPENERS =
  /^(?:(?:(?:no,? )?wait|hold on|hang on|stop|sorry|excuse me|pardon me|hey|one moment|just a (?:moment|second))[\s,.!?;]+)*(?<=[,.!?;]\s+)(?=\w)/i;

/** Labels that no domain could give an intent. */
const OFF_TOPIC = '(off topic)';
const MANIPULATION = '(manipulation)';

/** How one phrase is understood. */
interface Reading {
  label: string;
  score: number;
}

/** Finds which of a domain's intents a caller means. */
export class IntentMatcher {
  private readonly minor: ReadonlySet<string>;
  private readonly closing: ReadonlySet<string>;
  private readonly remembered = new Map<string, string[]>();
  private learnt: Promise<ExampleRegression> | undefined;

  constructor(
    private readonly domain: Domain,
    private readonly embedding: EmbeddingEngine,
  ) {
    const namesOf = (intents: Intent[]) => new Set(intents.map(({ name }) => name));
    this.minor = namesOf(domain.intents.filter((intent) => intent.minor));
    this.closing = namesOf(domain.intents.filter((intent) => intent.closing));
  }

  /** Embeds the examples and learns from them, once. Throws EngineError. */
  learn(): Promise<ExampleRegression> {
    this.learnt ??= this.learnExamples().catch((error: unknown) => {
      this.learnt = undefined;
      throw error;
    });
    return this.learnt;
  }

  private async learnExamples(): Promise<ExampleRegression> {
    const { intents, offTopic, manipulation } = this.domain;
    const examples = [
      ...intents.flatMap(({ name, examples }) => examples.map((text) => ({ label: name, text }))),
      ...offTopic.map((text) => ({ label: OFF_TOPIC, text })),
      ...manipulation.map((text) => ({ label: MANIPULATION, text })),
    ];
    const learnt: Example[] = [];
    for (let at = 0; at < examples.length; at += BATCH) {
      const batch = examples
        .slice(at, at + BATCH)
        .map(({ label, text }) => ({ label, text: this.plain(text) }));
      const vectors = await this.embedding.embed(batch.map(({ text }) => text));
      learnt.push(...batch.map((example, i) => ({ ...example, vector: vectors[i]! })));
    }
    return new ExampleRegression(learnt);
  }

  /** The names of the intents of each turn, in the order said; none where nothing fits. Throws EngineError. */
  async match(turns: string[]): Promise<string[][]> {
    const regression = await this.learn();
    const found = new Map<string, string[]>();
    for (const turn of turns) {
      const known = this.remembered.get(turn);
      if (known) found.set(turn, known);
    }
    const fresh = [...new Set(turns)].filter((turn) => !found.has(turn));
    const phrases = fresh.map((turn) => this.phrasesOf(turn));
    const texts = phrases.flat();
    const vectors = texts.length > 0 ? await this.embedding.embed(texts) : [];
    for (const [i, turn] of fresh.entries()) {
      const readings = phrases[i]!.map((phrase) => regression.classify(phrase, vectors.shift()!));
      found.set(turn, this.decide(readings));
      this.remember(turn, found.get(turn)!);
    }
    return turns.map((turn) => found.get(turn)!);
  }

  private remember(turn: string, intents: string[]): void {
    if (this.remembered.size >= MAX_REMEMBERED) {
      this.remembered.delete(this.remembered.keys().next().value!);
    }
    this.remembered.set(turn, intents);
  }

  /** From the turn as a whole and, where it has several, its sentences. */
  private decide([whole, ...sentences]: Reading[]): string[] {
    if (!whole) return [];
    const fitting = [whole, ...sentences].filter((reading) => reading.score >= FITS);
    if (fitting.some(({ label }) => label === MANIPULATION)) return [];
    const questions = fitting.filter(({ label }) => label !== OFF_TOPIC && !this.minor.has(label));
    const best = questions.toSorted((a, b) => b.score - a.score)[0];
    if (!best) return this.decideMinor(whole, sentences);
    const clear = questions.filter((reading) => reading === best || reading.score >= FITS_TOO);
    // The whole turn comes first in the list; where a sentence says the same, its place is the sentence's.
    const inOrder = [...clear.filter((reading) => reading !== whole), ...clear];
    return [...new Set(inOrder.map(({ label }) => label))].slice(0, MAX_INTENTS);
  }

  /** A greeting does not answer for the off-topic question behind it. */
  private decideMinor(whole: Reading, sentences: Reading[]): string[] {
    const last = sentences.at(-1);
    if (last && last.score >= FITS_TOO && this.closing.has(last.label)) return [last.label];
    const fitting = [whole, ...sentences].filter((reading) => reading.score >= FITS);
    if (fitting.some(({ label }) => label === OFF_TOPIC)) return [];
    const chosen = whole.score >= FITS ? whole : fitting.at(-1);
    return chosen ? [chosen.label] : [];
  }

  /** The whole turn, then its sentences where there are several; nothing where there are no words. */
  private phrasesOf(turn: string): string[] {
    const text = turn.slice(0, MAX_CHARACTERS).replace(OPENERS, '');
    const sentences = text
      .split(/(?<=[.?!;])\s+/)
      .map((sentence) => this.plain(sentence))
      .filter((sentence) => sentence !== '');
    return sentences.length > 1 ? [this.plain(text), ...sentences.slice(0, MAX_SENTENCES)] : sentences;
  }

  /**
   * One spelling for what recognisers spell in many: lower case, no punctuation, and every amount and span of
   * time replaced by the same one, so that closeness is about what is asked and not about how much.
   */
  private plain(text: string): string {
    let [out, at] = ['', 0];
    for (const found of findQuantities(text)) {
      const isAmount = found.kind === 'money' || (found.kind === 'number' && found.value >= 100);
      const stand = isAmount ? 'ten thousand dollars' : found.kind === 'duration' ? 'three years' : undefined;
      if (!stand) continue;
      out += text.slice(at, found.start) + stand;
      at = found.end;
    }
    const words = `${out}${text.slice(at)}`
      .toLowerCase()
      .replaceAll(/[^a-z0-9%' ]+/g, ' ')
      .replaceAll(/\s+/g, ' ')
      .trim();
    return this.domain.misheard.reduce((heard, [pattern, meant]) => heard.replaceAll(pattern, meant), words);
  }
}
