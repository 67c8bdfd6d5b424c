import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import { Redis } from 'ioredis';
import { Caller } from '../../../cli/caller.ts';
import { streamKey } from '../../../stream/keys.ts';
import { bytes } from '../arbitraries.ts';
import { door, type Outcome } from '../door.ts';
import type { DoorMaker } from './maker.ts';
import { audioEntry, eventEntry } from './stream.ts';

const title = 'Redis: entries in the streams of live calls';
/** Entries to one call; then another one takes its place, since some of them end it. */
const PER_CALL = 40;

const entry = fc.oneof(
  fc.record({ stream: fc.constant('events' as const), payload: eventEntry }),
  fc.record({ stream: fc.constantFrom('in' as const, 'out' as const), payload: audioEntry }),
  fc.record({
    stream: fc.constantFrom('events' as const, 'in' as const, 'out' as const),
    payload: bytes(60),
  }),
);

/** Whoever can write to Redis is trusted with the call whose stream it is; no process and no other call may suffer. */
export const redisDoor: DoorMaker = {
  title,
  async open({ gateway, env }) {
    const redis = new Redis(env.REDIS_URL!);
    let caller: Caller | undefined;
    let session = '';
    let put = 0;
    const next = async () => {
      await caller?.hangUp();
      session = `fuzz-${randomUUID().slice(0, 12)}`;
      caller = await Caller.connect(`${gateway}/pcm`, () => undefined);
      await caller.start({ session, settings: { cache: false } });
      put = 0;
    };
    await next();
    return door({
      name: title,
      share: 16,
      cases: fc.record({ one: entry, way: fc.constantFrom('kept', 'pushed', 'both', 'odd') }),
      async attempt({ one: { stream, payload }, way }): Promise<Outcome> {
        if (++put > PER_CALL) await next();
        const key = streamKey(session, stream);
        // `odd`: an entry with other fields than ours.
        if (way === 'odd') await redis.xadd(key, '*', 'x', payload);
        else if (way !== 'pushed') await redis.xadd(key, '*', 'd', payload);
        if (way === 'pushed') await redis.spublish(key, payload);
        if (way === 'both')
          await redis.spublish(key, Buffer.concat([Buffer.from(`${Date.now() + 1}-0 `), payload]));
        return 'accepted';
      },
      settle: () => sleep(500),
      async close() {
        await caller?.hangUp();
        redis.disconnect();
      },
    });
  },
};
