import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import type { ServerName } from '../servers.ts';
import type { Fault, Scene } from './fault.ts';

const SECOND = 1_000;
/** After a server is back, calls are watched for so long before the next fault, ms. */
const AFTER_MS = 6_000;

/** Refuses and breaks all connections to a server for so long; the server itself loses nothing. */
async function away({ platform, moment, struck }: Scene, name: ServerName, ms: number) {
  const { proxy } = platform.servers[name];
  await moment();
  struck();
  proxy.set({ refuses: true });
  proxy.reset();
  await sleep(ms);
  proxy.set({});
  await sleep(AFTER_MS);
}

/** `kill -9` of a server, and a new one on what it had on disk. */
async function restart({ platform, moment, struck }: Scene, name: ServerName) {
  const server = platform.servers[name];
  await moment();
  struck();
  server.kill();
  await server.start();
  await sleep(AFTER_MS);
}

export const serverFaults: Fault[] = [
  {
    name: 'redis-restart',
    about: '`kill -9` of Redis and a new, empty one in its place, as the deployments run it',
    trials: 5,
    hits: 'all',
    emptiesRedis: true,
    excuses: { answers: true, recording: true },
    strike: (scene) => restart(scene, 'redis'),
  },
  {
    name: 'redis-flush',
    about: '`FLUSHALL`: whatever the streams of the calls held is gone',
    trials: 10,
    hits: 'all',
    emptiesRedis: true,
    excuses: { recording: true },
    async strike({ platform, moment, struck }) {
      const redis = new Redis(platform.servers.redis.port);
      await moment();
      struck();
      await redis.flushall();
      redis.disconnect();
      await sleep(AFTER_MS);
    },
  },
  {
    name: 'redis-away',
    about: 'Redis can’t be reached for 10 s, and has lost nothing',
    trials: 4,
    network: true,
    hits: 'all',
    excuses: { answers: true, recording: true },
    strike: (scene) => away(scene, 'redis', 10 * SECOND),
  },
  {
    name: 'postgres-away',
    about: 'Postgres can’t be reached for 60 s; tools that need it say so, rows are written later',
    trials: 1,
    network: true,
    hits: 'all',
    resumeP95Ms: 2 * SECOND,
    excuses: { effects: true },
    strike: (scene) => away(scene, 'postgres', 60 * SECOND),
  },
  {
    name: 'temporal-restart',
    about: '`kill -9` of Temporal and a new one on its database',
    trials: 5,
    hits: 'all',
    strike: (scene) => restart(scene, 'temporal'),
  },
  {
    name: 'temporal-away',
    about:
      'Temporal can’t be reached for 10 s; turns that stand ready are answered meanwhile, tools with an effect say that they can’t',
    trials: 4,
    network: true,
    hits: 'all',
    excuses: { effects: true },
    strike: (scene) => away(scene, 'temporal', 10 * SECOND),
  },
];
