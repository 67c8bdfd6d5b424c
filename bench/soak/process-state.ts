import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { WebSocket } from 'ws';
import { once } from 'node:events';

/** What a process holds at a moment, after a full collection of garbage. */
export interface ProcessState {
  /** Of JavaScript's objects in the main thread, MB. */
  heapMb: number;
  /** Buffers and other memory outside of that heap that objects hold, MB. */
  externalMb: number;
  /** Resident, with shared pages counted by their share (PSS), MB. */
  pssMb: number;
  /** Open files and sockets. */
  files: number;
  /** Timers that are set. */
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
  const socket = new WebSocket(url);
  await once(socket, 'open');
  let id = 0;
  const ask = async (method: string, params: object = {}) => {
    socket.send(JSON.stringify({ id: ++id, method, params }));
    for (;;) {
      const [data] = (await once(socket, 'message')) as [Buffer];
      const message = JSON.parse(data.toString()) as {
        id?: number;
        result?: { result?: { value?: string } };
      };
      if (message.id === id) return message.result;
    }
  };
  // What a first collection lets go of by its finalisers, the second takes.
  for (let round = 0; round < 3; round++) await ask('HeapProfiler.collectGarbage');
  const answer = await ask('Runtime.evaluate', { expression: LOOK });
  socket.close();
  const { heap, external, timers } = JSON.parse(answer!.result!.value!) as Record<string, number>;
  const pss = Number(/^Pss:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'latin1'))![1]);
  return {
    heapMb: heap! / 1e6,
    externalMb: external! / 1e6,
    pssMb: (pss * 1_024) / 1e6,
    files: readdirSync(`/proc/${pid}/fd`).length,
    timers: timers!,
  };
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
