import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** What a process and its children have used so far. */
export interface ProcessUse {
  /** User and system time, of children that have ended as well, s. */
  cpuSeconds: number;
  /** Resident, with shared pages counted by their share (PSS), MB. */
  memoryMb: number;
}

const TICKS_A_SECOND = Number(execFileSync('getconf', ['CLK_TCK']));
/** Reading the memory of a process holds it up for some ms, so this is done seldom. */
const MEMORY_EVERY_MS = 2_000;

/** Use of each process of a run, measured from outside, from /proc. */
export class ProcessMeter {
  private readonly began = performance.now();
  private readonly before: Record<string, ProcessUse>;
  private readonly most: Record<string, number> = {};
  private mostTogether = 0;
  private readonly timer: NodeJS.Timeout;

  /** Process ids by name; begins at once. */
  constructor(private readonly pids: Record<string, number>) {
    this.before = readUse(pids);
    this.timer = setInterval(() => this.look(), MEMORY_EVERY_MS);
  }

  /** Ends it; what was used meanwhile. */
  stop(): ProcessCosts {
    clearInterval(this.timer);
    const after = this.look();
    const seconds = (performance.now() - this.began) / 1_000;
    const of = (name: string): ProcessCost => ({
      cpuSeconds: after[name]!.cpuSeconds - this.before[name]!.cpuSeconds,
      memoryMb: this.most[name]!,
    });
    const processes = Object.fromEntries(Object.keys(this.pids).map((name) => [name, of(name)]));
    return { seconds, processes, memoryMb: this.mostTogether };
  }

  private look() {
    const use = readUse(this.pids);
    for (const [name, { memoryMb }] of Object.entries(use)) {
      this.most[name] = Math.max(this.most[name] ?? 0, memoryMb);
    }
    const together = Object.values(use).reduce((sum, { memoryMb }) => sum + memoryMb, 0);
    this.mostTogether = Math.max(this.mostTogether, together);
    return use;
  }
}

export interface ProcessCost {
  cpuSeconds: number;
  /** The most that was seen. */
  memoryMb: number;
}

export interface ProcessCosts {
  seconds: number;
  processes: Record<string, ProcessCost>;
  /** The most that all had together at one moment, MB: less than the sum of what each had at its own. */
  memoryMb: number;
}

/** All processes as if they were one. */
export const totalOf = ({ processes, memoryMb }: ProcessCosts): ProcessCost => ({
  cpuSeconds: Object.values(processes).reduce((sum, { cpuSeconds }) => sum + cpuSeconds, 0),
  memoryMb,
});

/** Throws where a process is gone. */
export function readUse(pids: Record<string, number>): Record<string, ProcessUse> {
  return Object.fromEntries(
    Object.entries(pids).map(([name, pid]) => {
      const use = { cpuSeconds: 0, memoryMb: 0 };
      for (const one of [pid, ...descendants(pid)]) {
        try {
          use.cpuSeconds += cpuSecondsOf(one);
          use.memoryMb += memoryOf(one);
        } catch (error) {
          // A child may end while it is looked at: its time is its parent's from then on.
          if (one === pid) throw error;
        }
      }
      return [name, use];
    }),
  );
}

function cpuSecondsOf(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
  // Behind the name, which may hold anything: state first, the times 12th to 15th.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return fields.slice(11, 15).reduce((sum, ticks) => sum + Number(ticks), 0) / TICKS_A_SECOND;
}

function memoryOf(pid: number): number {
  const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, 'latin1');
  return (Number(/^Pss:\s+(\d+) kB/m.exec(rollup)![1]) * 1_024) / 1e6;
}

function descendants(pid: number): number[] {
  const found: number[] = [];
  try {
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'latin1').split(' ').filter(Boolean);
    for (const child of children.map(Number)) found.push(child, ...descendants(child));
  } catch {
    // It has ended.
  }
  return found;
}
