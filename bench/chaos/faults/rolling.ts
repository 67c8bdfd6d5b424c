import { workerNames } from '../../../config/worker-names.ts';
import type { WorkerProcess } from '../process.ts';
import type { Platform } from '../platform.ts';
import type { Fault } from './fault.ts';

/** All workers are to be new ones within this, ms. */
export const REPLACED_WITHIN_MS = 60_000;

/** A turn takes some 11 s then, as in the demonstration call. */
const PAUSE_MS = { least: 3_000, most: 7_000 };

const others = workerNames.filter((role) => role !== 'gateway');

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
    'every worker is replaced, one at a time: the new one is ready before the old one is asked to go, and gateways stay 15 s for their callers',
  trials: 1,
  hits: 'all',
  resumeP95Ms: 2_000,
  pauseMs: PAUSE_MS,
  async strike({ platform, moment, struck, note }) {
    await moment();
    struck();
    const began = Date.now();
    // Gateways first: they stay for their callers meanwhile.
    for (const gateway of platform.of('gateway')) await replace(platform, gateway);
    const olds = others.map((role) => platform.of(role));
    const copies = Math.max(...olds.map(({ length }) => length));
    for (let copy = 0; copy < copies; copy++) {
      for (const ofRole of olds) {
        const old = ofRole[copy];
        if (old) await replace(platform, old);
      }
    }
    await platform.retired();
    const tookMs = Date.now() - began;
    const line = `every worker was replaced within ${(tookMs / 1_000).toFixed(1)} s`;
    note({ line, held: tookMs <= REPLACED_WITHIN_MS });
  },
};
