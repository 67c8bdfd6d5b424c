import { writeFileSync } from 'node:fs';
import { constants, setPriority } from 'node:os';

/** No caller waits for these within a turn: its stages stand ready before. Nor for Temporal (decision 0038). */
const givingWay: ReadonlySet<string> = new Set(['orchestrator', 'analytics']);

export const givesWay = (worker: string) => givingWay.has(worker);

/**
 * Has a process give way to others where cores are scarce. To be called before it has threads, which inherit it. Where
 * the system does not allow it, nothing changes.
 */
export function giveWay(pid: number) {
  const nice = constants.priority.PRIORITY_BELOW_NORMAL;
  attempt(() => setPriority(pid, nice));
  // Where Linux groups processes by session, it weighs the groups: sched(7), autogroup.
  if (process.platform === 'linux') attempt(() => writeFileSync(`/proc/${pid}/autogroup`, String(nice)));
}

function attempt(change: () => void) {
  try {
    change();
  } catch {
    // It has ended already, or its system knows no such thing.
  }
}
