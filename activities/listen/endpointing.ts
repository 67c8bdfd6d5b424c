import type { CallSettings } from '../../call/settings.ts';
import type { EndpointingHints } from '../../domains/endpointing.ts';
import { type Heard, unfinished } from './unfinished.ts';

/** To be cut off is worse than to wait: above 1, doubts weigh more than in proportion (1 in 3 asks for 46 % of the wait). */
const CAUTION = 1.5;

/**
 * Silence, in ms since the last speech frame, after which these words end the caller's turn: `endpointingMs` when
 * they are whole, `endpointingMaxMs` when they ask for more words, and in between by how likely the caller is to go on. `hints` are those of the call's domain.
 */
export function endpointDelayMs(
  heard: Heard,
  { endpointingMs, endpointingMaxMs }: Pick<CallSettings, 'endpointingMs' | 'endpointingMaxMs'>,
  hints?: EndpointingHints,
): number {
  const more = Math.max(0, endpointingMaxMs - endpointingMs);
  const wait = 1 - (1 - unfinished(heard, hints)) ** CAUTION;
  return endpointingMs + Math.round(wait * more);
}
