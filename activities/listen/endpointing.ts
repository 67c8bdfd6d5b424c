import type { CallSettings } from '../../call/settings.ts';
import type { EndpointingHints } from '../../domains/endpointing.ts';
import { type Heard, unfinished } from './unfinished.ts';

/**
 * Silence, in ms since the last speech frame, after which these words end the caller's turn: `endpointingMs` when
 * they are whole, `endpointingMaxMs` when they ask for more words, and in between in proportion to how likely
 * the caller is to go on. `hints` are those of the call's domain.
 */
export function endpointDelayMs(
  heard: Heard,
  { endpointingMs, endpointingMaxMs }: Pick<CallSettings, 'endpointingMs' | 'endpointingMaxMs'>,
  hints?: EndpointingHints,
): number {
  const more = Math.max(0, endpointingMaxMs - endpointingMs);
  return endpointingMs + Math.round(unfinished(heard, hints) * more);
}
