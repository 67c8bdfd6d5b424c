import { setTimeout as sleep } from 'node:timers/promises';
import type { WorkerName } from '../../../config/worker-names.ts';
import type { Fault } from './fault.ts';

const RESUME_MS = 2_000;
const LOOK_MS = 50;

/** `kill -9` of a worker of the role, one that is drawn, while two of its role are ready, and half of them at least. */
const kill = (role: WorkerName, hits: Fault['hits']): Fault => ({
  name: `kill-${role}`,
  about: `\`kill -9\` of one ${role}; the next one is started 200 ms later`,
  trials: 100,
  hits,
  resumeP95Ms: RESUME_MS,
  async strike({ platform, random, moment, struck }) {
    const all = platform.of(role);
    const ready = () => all.filter((worker) => worker.ready);
    while (ready().length < Math.max(2, all.length / 2)) await sleep(LOOK_MS);
    await moment();
    const victim = random.pick(ready());
    struck();
    victim.kill();
  },
});

export const kills: Fault[] = [
  kill('orchestrator', 'all'),
  kill('stt', 'restarted'),
  kill('llm', 'restarted'),
  kill('tts', 'restarted'),
  kill('cache', 'restarted'),
  kill('analytics', 'restarted'),
  kill('gateway', 'disconnected'),
];
