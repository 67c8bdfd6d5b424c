import type fc from 'fast-check';

/** What a door did with what came: it said what is wrong, or took it. Anything else is a Fault. */
export type Outcome = 'refused' | 'accepted';

/** Something that must not happen, whatever comes. */
export class Fault extends Error {
  override name = 'Fault';
}

/** A place where something comes in from outside, with what may come. */
export interface Door<T = unknown> {
  name: string;
  /** Its part of all cases. */
  share: number;
  cases: fc.Arbitrary<T>;
  /** Throws Fault, or whatever the door itself should not have thrown. */
  attempt(value: T): Outcome | Promise<Outcome>;
  /** After the last case: whether all is still as it should be. Throws Fault. */
  settle?(): Promise<void>;
  close?(): Promise<void>;
}

/** A door whose cases and attempts fit each other. */
export const door = <T>(definition: Door<T>): Door => definition as Door;

const LONGEST_SENTENCE = 2_000;
/** Where words are missing, or a trace or an object got in between them. */
const GARBLED = /\bundefined\b|\[object |\bNaN\b|\n\s+at |node_modules|Cannot read propert|is not a function/;

/** Throws Fault where this is nothing that a person could act on. `quoted`: what they sent, which may say anything. */
export function assertSentence(text: unknown, quoted: readonly string[] = []): void {
  if (typeof text !== 'string' || !/\S+\s+\S+/.test(text))
    throw new Fault(`no sentence: ${JSON.stringify(text)}`);
  let own = text;
  for (const part of quoted) if (part.length > 2) own = own.replaceAll(part, '…');
  if (GARBLED.test(own)) throw new Fault(`garbled: ${text.slice(0, 300)}`);
  if (text.length > LONGEST_SENTENCE) throw new Fault(`${text.length} characters: ${text.slice(0, 200)}…`);
}
