import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Inspector } from './inspector.ts';

/** What a process holds at a moment, after a full collection of garbage in each of its threads. */
export interface ProcessState {
  /** Of JavaScript's objects in all threads, MB. */
  heapMb: number;
  /** Buffers and other memory outside of those heaps that objects hold, MB. */
  externalMb: number;
  /** Resident and its own: not files that it has mapped, whose pages it shares with other processes, MB. */
  ownMb: number;
  /** Open files and sockets. */
  files: number;
  /** Timers that are set in the main thread. */
  timers: number;
}

/** Node's own words, with `--inspect`. */
const LISTENING = /Debugger listening on (ws:\/\/\S+)/g;
const LOOK = `JSON.stringify({
  heap: process.memoryUsage().heapUsed,
  external: process.memoryUsage().external,
  timers: process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout' || kind === 'Immediate').length,
})`;

/** Looks into a process that runs with `--inspect`, by its inspector; its log says where that is. */
export async function readState(folder: string, name: string, pid: number): Promise<ProcessState> {
  const log = readFileSync(join(folder, `${name}.log`), 'utf8');
  const url = [...log.matchAll(LISTENING)].at(-1)?.[1];
  if (!url) throw new Error(`${name} has no inspector`);
  const inspector = await Inspector.connect(url);
  try {
    const seen: { heap: number; external: number; timers: number }[] = [];
    for (const ask of await inspector.threads()) {
      // What a first collection lets go of by its finalisers, the second takes.
      for (let round = 0; round < 3; round++) await ask('HeapProfiler.collectGarbage');
      const { result } = await ask('Runtime.evaluate', { expression: LOOK });
      seen.push(JSON.parse((result as { value: string }).value));
    }
    const sum = (key: 'heap' | 'external') => seen.reduce((total, thread) => total + thread[key], 0) / 1e6;
    return {
      heapMb: sum('heap'),
      externalMb: sum('external'),
      ownMb: ownMemoryMb(pid),
      files: readdirSync(`/proc/${pid}/fd`).length,
      timers: seen[0]!.timers,
    };
  } finally {
    inspector.close();
  }
}

/** Resident memory that belongs to a process alone, MB. */
export function ownMemoryMb(pid: number): number {
  const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, 'latin1');
  return (Number(/^Anonymous:\s+(\d+) kB/m.exec(rollup)![1]) * 1_024) / 1e6;
}

/** The growth from the first to the last of evenly spaced values by the line that fits them best, as a share of the first. */
export function growthOf(values: readonly number[]): number {
  const n = values.length;
  const mean = values.reduce((sum, value) => sum + value, 0) / n;
  const middle = (n - 1) / 2;
  let [above, below] = [0, 0];
  for (const [i, value] of values.entries()) {
    above += (i - middle) * (value - mean);
    below += (i - middle) ** 2;
  }
  const slope = above / below;
  return (slope * (n - 1)) / (mean - slope * middle);
}
