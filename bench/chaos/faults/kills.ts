import type { WorkerName } from '../../../config/worker-names.ts';
import type { Fault } from './fault.ts';

const RESUME_MS = 2_000;

/** `kill -9` of a worker of the role, one that is drawn, while every one of its role is ready. */
const kill = (role: WorkerName, hits: Fault['hits']): Fault => ({
  name: `kill-${role}`,
  about: `\`kill -9\` of one ${role}; the next one is started 200 ms later`,
  trials: 100,
  hits,
  resumeP95Ms: role === 'gateway' ? undefined : RESUME_MS,
  async strike({ platform, random, moment, struck }) {
    const victim = random.pick(platform.of(role));
    await moment();
    struck();
    victim.kill();
    await victim.untilReady();
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
