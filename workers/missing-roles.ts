import type { RedisClient } from '../stream/connection.ts';
import { listWorkers } from './presence.ts';

/** Without one of each, no call can be held. */
const NEEDED = ['orchestrator', 'stt', 'llm', 'tts'];
const LOOK_MS = 1_000;
/** A worker that died is started anew, or its work taken up elsewhere, within this, ms: calls wait that long. */
const PATIENCE_MS = 8_000;

/** Keeps watch over the roles that calls need: which of them nobody has had for some time. */
export function watchRoles(redis: RedisClient, prefix: string): { missing(): string[]; stop(): void } {
  const seenAt = new Map(NEEDED.map((role) => [role, performance.now()]));
  let looking = false;
  const timer = setInterval(() => {
    // While Redis is away nobody can be seen, and that says nothing of the workers.
    if (looking || redis.status !== 'ready') {
      if (redis.status !== 'ready') for (const role of NEEDED) seenAt.set(role, performance.now());
      return;
    }
    looking = true;
    listWorkers(redis, prefix)
      .then((workers) => {
        for (const { role } of workers) if (seenAt.has(role)) seenAt.set(role, performance.now());
      })
      .catch(() => undefined)
      .finally(() => (looking = false));
  }, LOOK_MS);
  timer.unref();
  return {
    missing: () => NEEDED.filter((role) => performance.now() - seenAt.get(role)! > PATIENCE_MS),
    stop: () => clearInterval(timer),
  };
}
