import type { WorkerName } from '../../config/worker-names.ts';
import type { Measured } from './measured.ts';

/** Calls that a pod's requests are made for: the HPA adds a pod when calls use more of them than it aims at. */
export const CALLS_A_POD = 20;
/** The HPA's aim, of the CPU that is requested. */
const AIM = 0.6;
const MEMORY_SPARE = 1.25;
const CPU_STEP_M = 50;
const MEMORY_STEP_MI = 64;
const MI = 1_048_576 / 1e6;

const upTo = (value: number, step: number) => Math.ceil(value / step) * step;

export interface PodResources {
  /** Millicores and MiB, as the pod's manifest writes them. */
  requests: { cpu: string; memory: string };
  limits: { memory: string };
}

/**
 * What a pod asks for, by what its process used with 20 calls, at the embedded engines where those use more: the CPU, so
 * that it is what the HPA aims at; the memory, or that of its start where that is more, and a quarter. Limited to twice that memory.
 */
export function podResources({ processes }: Measured, name: WorkerName): PodResources {
  const uses = [processes.scripted[name]!, processes.embedded[name]!];
  const cores = Math.max(...uses.map((use) => use.restCores + CALLS_A_POD * use.coresACall));
  const mb = Math.max(...uses.map((use) => Math.max(use.mb, use.startMb)));
  const memory = upTo((mb * MEMORY_SPARE) / MI, MEMORY_STEP_MI);
  return {
    requests: { cpu: `${upTo((cores * 1_000) / AIM, CPU_STEP_M)}m`, memory: `${memory}Mi` },
    limits: { memory: `${2 * memory}Mi` },
  };
}
