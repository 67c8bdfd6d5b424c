import fc from 'fast-check';
import type { Door, Outcome } from './door.ts';

export interface DoorReport {
  door: string;
  cases: number;
  refused: number;
  accepted: number;
  seconds: number;
  /** What went wrong, with the smallest case that shows it. */
  fault?: string;
}

/** Longer than any door may take over one case, ms. */
const CASE_MS = 120_000;

/** Tries a door with so many cases; stops at the first fault and shrinks it. Never rejects. */
export async function runDoor(door: Door, cases: number, seed: number): Promise<DoorReport> {
  const startedAt = performance.now();
  const counts: Record<Outcome, number> = { refused: 0, accepted: 0 };
  let tried = 0;
  let fault: string | undefined;
  try {
    const property = fc.asyncProperty(door.cases, async (value) => {
      tried += 1;
      counts[await within(door.attempt(value))] += 1;
    });
    const result = await fc.check(property, { numRuns: cases, seed, endOnFailure: false });
    if (result.failed) {
      const { errorInstance, counterexample } = result;
      const error = errorInstance instanceof Error ? errorInstance : new Error(String(errorInstance));
      const shown = fc.stringify(counterexample);
      fault = `${error.stack?.split('\n').slice(0, 4).join('\n')}\n  case: ${shown.slice(0, 2_000)}`;
    } else await door.settle?.();
  } catch (error) {
    fault = (error as Error).stack;
  }
  const seconds = (performance.now() - startedAt) / 1_000;
  return { door: door.name, cases: tried, ...counts, seconds, fault };
}

async function within(outcome: Outcome | Promise<Outcome>): Promise<Outcome> {
  if (typeof outcome === 'string') return outcome;
  let timer: NodeJS.Timeout;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`hangs for ${CASE_MS / 1_000} s`)), CASE_MS);
  });
  return Promise.race([outcome, late]).finally(() => clearTimeout(timer));
}
