import { expect, test } from 'vitest';
import { workerNames } from '../../config/worker-names.ts';
import { type Service, violations } from './compose-rules.ts';

const limits = { cpus: 1, memory: '1073741824' };
const worker = (): Service => ({
  image: 'orkestra-provisioned',
  networks: { back: null },
  read_only: true,
  stop_grace_period: '1h1m0s',
  cap_drop: ['ALL'],
  deploy: { resources: { limits } },
});
const redis = (): Service => ({
  image: 'redis:7.4-alpine',
  networks: { back: null },
  healthcheck: { test: ['CMD', 'redis-cli', 'ping'] },
  ports: [{ target: 6379, host_ip: '127.0.0.1' }],
  deploy: { resources: { limits } },
});

function wrongWith(change: (services: Record<string, Service>) => void): string[] {
  const services = Object.fromEntries(workerNames.map((name) => [name, worker()]));
  services.redis = redis();
  change(services);
  return violations(services, { gateway: [8080, 9464], stt: [9464] });
}

test('services as they should be have nothing against them', () => {
  expect(wrongWith(() => undefined)).toEqual([]);
});

test.each<[string, (services: Record<string, Service>) => unknown, string]>([
  ['a process that is not there', (all) => delete all.stt, 'stt is missing'],
  ['no limit', (all) => delete all.redis!.deploy, 'redis has no limit of cpus'],
  ['no health check', (all) => delete all.redis!.healthcheck, 'redis has no health check'],
  ['a writable root', (all) => (all.stt!.read_only = false), 'stt may write to its root'],
  [
    'less time than draining takes',
    (all) => (all.stt!.stop_grace_period = '20s'),
    'stt is killed before it has drained, which takes up to 28 s',
  ],
  ['capabilities', (all) => delete all.stt!.cap_drop, 'stt keeps capabilities'],
  [
    'a server at the edge',
    (all) => (all.redis!.networks = { edge: null }),
    'redis can be reached from the edge',
  ],
  [
    'a server that is open to everyone',
    (all) => (all.redis!.ports = [{ target: 6379 }]),
    'redis opens port 6379 to everyone',
  ],
  [
    'a port that is not open',
    (all) => (all.gateway!.ports = [{ target: 8000 }]),
    'gateway has a port 8000 that its process never opens',
  ],
  [
    'a secret in the file',
    (all) => (all.stt!.environment = { DEEPGRAM_API_KEY: 'abc', OPENAI_API_KEY: '' }),
    'stt has DEEPGRAM_API_KEY written in its file',
  ],
])('%s is found', (_, change, expected) => {
  expect(wrongWith((services) => void change(services))).toContain(expected);
});
