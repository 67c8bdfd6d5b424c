import type { Logger } from '../config/log.ts';

/** How often a part that stays away is mentioned again, ms. */
const REPEAT_MS = 5_000;

/** Logs an error when it first comes, then every few seconds for as long as it goes on. */
export function logOnce(log: Logger, what: string): (error: Error) => void {
  let last = -Infinity;
  return (error) => {
    if (performance.now() - last < REPEAT_MS) return;
    last = performance.now();
    log.warn({ error: error.message }, what);
  };
}
