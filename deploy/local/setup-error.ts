/** Something that the embedded stack needs is missing or wrong; the message says what to do about it. */
export class SetupError extends Error {
  override name = 'SetupError';
}

/** Takes one line of progress for the person who waits. */
export type Report = (line: string) => void;
