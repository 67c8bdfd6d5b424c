import type { WorkerName } from '../../../config/worker-names.ts';
import { workerNames } from '../../../config/worker-names.ts';
import type { WorkerProcess } from '../process.ts';
import type { Platform } from '../platform.ts';
import type { Fault } from './fault.ts';

/** All workers are to be new ones within this, ms. */
export const REPLACED_WITHIN_MS = 60_000;

/** As people do who have to think of what they say. */
const PAUSE_MS = { least: 1_000, most: 3_000 };

/** Starts a new process of a role, then asks an old one to go: as Kubernetes replaces pods. */
async function replace(platform: Platform, old: WorkerProcess): Promise<void> {
  const { role } = old;
  const fresh = role === 'gateway' ? await platform.newGateway() : platform.newWorker(role);
  await fresh.start();
  platform.retire(old);
}

export const rolling: Fault = {
  name: 'rolling',
  about:
    'every worker is replaced, one of each kind at a time: the new one is ready before the old one is asked to go',
  trials: 1,
  hits: 'all',
  resumeP95Ms: 2_000,
  pauseMs: PAUSE_MS,
  async strike({ platform, moment, struck, note }) {
    await moment();
    struck();
    const began = Date.now();
    const olds = new Map<WorkerName, WorkerProcess[]>(workerNames.map((role) => [role, platform.of(role)]));
    const copies = Math.max(...[...olds.values()].map(({ length }) => length));
    for (let copy = 0; copy < copies; copy++) {
      for (const role of workerNames) {
        const old = olds.get(role)![copy];
        if (old) await replace(platform, old);
      }
    }
    await platform.retired();
    const tookMs = Date.now() - began;
    const line = `every worker was replaced within ${(tookMs / 1_000).toFixed(1)} s`;
    note({ line, held: tookMs <= REPLACED_WITHIN_MS });
  },
};
