import { type WorkerName, workerNames } from '../config/worker-names.ts';

/** Loaded when asked for: each brings its own engines along. */
const programs: Record<WorkerName, () => Promise<{ run(): Promise<void> }>> = {
  orchestrator: () => import('./orchestrator.ts'),
  gateway: () => import('./gateway.ts'),
  stt: () => import('./stt.ts'),
  llm: () => import('./llm.ts'),
  tts: () => import('./tts.ts'),
  cache: () => import('./cache.ts'),
  analytics: () => import('./analytics.ts'),
};

/** What runs a worker process from start to end; undefined where no worker has that name. */
export function workerProgram(name: string | undefined): (() => Promise<void>) | undefined {
  const known = workerNames.find((worker) => worker === name);
  return known && (async () => (await programs[known]()).run());
}
