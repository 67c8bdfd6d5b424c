import { heldOutNoises } from './held-out-noises.ts';
import { newNoises } from './new-noises.ts';
import {
  backchannels,
  heldOutBackchannels,
  heldOutRequests,
  interruptions,
  newBackchannels,
  newRequests,
  noises,
  numbers,
  type Sound,
} from './sounds.ts';
import type { Kind, Trial } from './trial.ts';

const INTERRUPTIONS = 320;
const ECHOES = 40;

/** All that callers do while the bot speaks, in an order that is the same each time. */
export function trials(): Trial[] {
  const random = numbers(11);
  const each = (kind: Kind, sounds: Sound[]): Trial[] =>
    sounds.map((sound) => ({ kind, sound, at: 0.15 + random() * 0.55 }));
  const wanted = interruptions();
  const made: Trial[] = [
    ...each(
      'interruption',
      Array.from({ length: INTERRUPTIONS }, (_, i) => wanted[i % wanted.length]!),
    ),
    ...each('backchannel', backchannels()),
    ...each('noise', noises()),
    ...each('backchannel, held out', heldOutBackchannels()),
    ...each('noise, held out', heldOutNoises()),
    ...each('short request, held out', heldOutRequests()),
    ...each('backchannel, new voices', newBackchannels()),
    ...each('noise, new kinds', newNoises()),
    ...each('short request, new voices', newRequests()),
    ...Array.from({ length: ECHOES }, () => ({
      kind: 'echo' as const,
      echo: { decibels: 20 + random() * 10, delayMs: Math.round(50 + random() * 150) },
      at: 0,
    })),
  ];
  const order = new Map(made.map((trial) => [trial, random()]));
  return made.sort((a, b) => order.get(a)! - order.get(b)!);
}
