import { SetupError } from '../deploy/local/setup-error.ts';

/** A whole number given as an option. Throws SetupError. */
export function whole(option: string, text: string, least: number, most: number): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= least && value <= most) return value;
  throw new SetupError(`${option} takes a whole number from ${least} to ${most}, not ${text}`);
}

/** Several of them, with commas between. Throws SetupError. */
export const wholes = (option: string, text: string, least: number, most: number): number[] =>
  text.split(',').map((part) => whole(option, part, least, most));
