import { setTimeout as sleep } from 'node:timers/promises';
import type { Proxy, Weather } from '../proxy.ts';
import type { Fault, Scene } from './fault.ts';

const SECOND = 1_000;

/** Bad weather on some connections for so long. */
async function storm(
  { moment, struck }: Scene,
  proxies: readonly Proxy[],
  weather: Partial<Weather>,
  ms: number,
) {
  await moment();
  struck();
  for (const proxy of proxies) proxy.set(weather);
  await sleep(ms);
  for (const proxy of proxies) proxy.set({});
  await sleep(2 * SECOND);
}

const backbone = ({ platform: { servers } }: Scene) => [servers.redis.proxy, servers.temporal.proxy];

export const networkFaults: Fault[] = [
  {
    name: 'network-slow',
    about:
      'each piece of data to and from Redis and Temporal takes 20 ms more, and up to 60 ms on top, for 10 s',
    trials: 4,
    network: true,
    hits: 'all',
    resumeP95Ms: 2 * SECOND,
    strike: (scene) => storm(scene, backbone(scene), { delayMs: 20, jitterMs: 60 }, 10 * SECOND),
  },
  {
    name: 'network-stalls',
    about: 'nothing passes between the workers and Redis and Temporal for 2 s, though connections stay',
    trials: 5,
    network: true,
    hits: 'all',
    strike: (scene) => storm(scene, backbone(scene), { stalled: true }, 2 * SECOND),
  },
  {
    name: 'network-breaks',
    about: 'all connections to Redis and Temporal are reset at once, and may be opened again',
    trials: 20,
    network: true,
    hits: 'all',
    resumeP95Ms: 2 * SECOND,
    async strike(scene) {
      await scene.moment();
      scene.struck();
      for (const proxy of backbone(scene)) proxy.reset();
      await sleep(3 * SECOND);
    },
  },
  {
    name: 'callers-break',
    about: 'all connections of callers are reset at once; each connects again, as Twilio does',
    trials: 10,
    network: true,
    hits: 'disconnected',
    async strike({ platform, moment, struck }) {
      await moment();
      struck();
      for (const proxy of platform.gatewayProxies) proxy.reset();
      await sleep(5 * SECOND);
    },
  },
  {
    name: 'frames-doubled',
    about: 'the network hands every fifth message of a caller’s audio over twice, late by up to 100 ms',
    trials: 1,
    network: true,
    hits: 'all',
    resumeP95Ms: 2 * SECOND,
    doublesFrames: true,
    strike: (scene) => storm(scene, scene.platform.gatewayProxies, { jitterMs: 100 }, 30 * SECOND),
  },
];
