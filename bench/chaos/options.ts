import { parseArgs } from 'node:util';
import { z } from 'zod';
import type { Fault } from './faults/fault.ts';
import { faults } from './faults/registry.ts';

export interface ChaosOptions {
  seed: number;
  faults: Fault[];
  /** Of each fault; absent: as many as each has by itself. */
  trials: number | undefined;
  calls: number;
  copies: number;
  /** A folder for what there is of calls in which something did not hold. */
  keep: string | undefined;
}

export class UsageError extends Error {}

const USAGE = `Usage: npm run chaos -- --seed N [--fault NAME,…] [--trials N] [--calls N] [--copies N] [--keep DIR]

  --seed N      every schedule follows from it
  --fault …     which faults; all of them otherwise: ${faults.map(({ name }) => name).join(', ')}
  --trials N    of each fault
  --calls N     in progress at once (20)
  --copies N    processes of each kind of worker (2)
  --keep DIR    keeps the logs there, and all that there is of calls in which something did not hold`;

const count = (most: number) => z.coerce.number().int().min(1).max(most);
const schema = z.object({
  seed: z.coerce.number({ error: 'give a number' }).int(),
  fault: z.string().optional(),
  trials: count(10_000).optional(),
  calls: count(500).default(20),
  copies: count(8).default(2),
  keep: z.string().min(1).optional(),
});

/** Throws UsageError. */
export function readOptions(args: string[]): ChaosOptions {
  const option = { type: 'string' } as const;
  const options = {
    seed: option,
    fault: option,
    trials: option,
    calls: option,
    copies: option,
    keep: option,
  };
  let values: Record<string, string | undefined>;
  try {
    ({ values } = parseArgs({ args, options }));
  } catch (error) {
    throw new UsageError(`${(error as Error).message}\n\n${USAGE}`);
  }
  const read = schema.safeParse(values);
  if (!read.success) {
    const issues = read.error.issues.map(({ path, message }) => `--${path.join('.')}: ${message}`);
    throw new UsageError(`${issues.join('\n')}\n\n${USAGE}`);
  }
  const { fault, trials, keep, ...numbers } = read.data;
  return { ...numbers, faults: namedFaults(fault), trials, keep };
}

function namedFaults(names: string | undefined): Fault[] {
  if (names === undefined) return faults;
  return names.split(',').map((name) => {
    const found = faults.find((fault) => fault.name === name);
    if (!found) throw new UsageError(`There is no fault “${name}”.\n\n${USAGE}`);
    return found;
  });
}
