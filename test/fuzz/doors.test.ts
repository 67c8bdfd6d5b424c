import { expect, test } from 'vitest';
import { doorsInProcess } from '../../bench/fuzz/doors/all.ts';
import { runDoor } from '../../bench/fuzz/run-door.ts';

/** A small part of `npm run fuzz`, always the same. */
const SEED = 8;
const CASES = 250;

test.each(doorsInProcess.map((door) => [door.name, door] as const))(
  '%s: whatever comes is refused with a sentence, or taken',
  async (_, door) => {
    const { fault, refused } = await runDoor(door, CASES, SEED);
    expect(fault).toBeUndefined();
    if (door.name !== 'audio: codecs and rates') expect(refused).toBeGreaterThan(0);
  },
);
