import { CallStream, now } from '../stream/call-stream.ts';
import type { StreamHub } from '../stream/hub.ts';
import { dialogueKey, endedTtlMs, formatKey, streamKey } from '../stream/keys.ts';
import type { OrchestratorActivities } from './types.ts';

/** The activity of the orchestrator itself: ends a call's live stream. Doing it again changes nothing. */
export function orchestratorActivities(hub: StreamHub): OrchestratorActivities {
  return {
    async closeStream({ session, reason }) {
      const endedAt = now();
      await new CallStream(hub, session).emit({ type: 'call.ended', at: endedAt, reason });
      const keys = [
        streamKey(session, 'events'),
        streamKey(session, 'in'),
        streamKey(session, 'out'),
        dialogueKey(session),
        formatKey(session),
      ];
      await Promise.all(keys.map((key) => hub.redis.pexpire(key, endedTtlMs)));
      return { endedAt };
    },
  };
}
