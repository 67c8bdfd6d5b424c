import type { Utterance } from '../caller/call-log.ts';

export const violationKinds = [
  'call lost',
  'turn lost',
  'turn doubled',
  'effect twice',
  'effect missing',
  'sentence repeated',
  'words missing',
  'records differ',
] as const;
export type ViolationKind = (typeof violationKinds)[number];

export interface Violation {
  kind: ViolationKind;
  session: string;
  what: string;
}

/** What a fault excuses; everything else has to hold. */
export interface Excuses {
  /** The recogniser may have written down something else. */
  words?: boolean;
  /** The engines may fail: the caller hears an apology, or asks again. */
  answers?: boolean;
  /** Effects may be refused; none is done twice all the same. */
  effects?: boolean;
  /** The recording may lack what was said meanwhile. */
  recording?: boolean;
}

export type Note = (kind: ViolationKind, what: string) => void;

/** Whatever the caller can ask for the whole of: it was said to its end, and its connection held. */
export const isWhole = ({ to, broken }: Utterance) => to !== undefined && !broken;
