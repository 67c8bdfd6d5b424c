import { listCalls, type ListedCall } from '../api/list-calls.ts';
import { type TemporalAccess, within } from './connect-temporal.ts';
import type { Terminal } from './terminal.ts';

/** More calls than these are not listed. */
const MOST_LISTED = 200;

/** The calls that run, the newest first, as Temporal lists them: a moment late. */
export interface LiveCalls {
  calls: ListedCall[];
  /** There are more. */
  more: boolean;
}

/** The calls that run on these task queues. */
export async function listLiveCalls(
  { client, connection }: TemporalAccess,
  taskQueuePrefix: string,
): Promise<LiveCalls> {
  const page = { size: MOST_LISTED };
  const { calls, nextPageToken } = await within(connection, () =>
    listCalls(client, taskQueuePrefix, { status: 'running' }, page),
  );
  return { calls, more: calls.length === MOST_LISTED && nextPageToken !== undefined };
}

/** Live calls as a table. */
export function printLiveCalls({ calls, more }: LiveCalls, terminal: Terminal, now = Date.now()) {
  const count = more
    ? `more than ${MOST_LISTED} calls run`
    : calls.length === 1
      ? '1 call runs'
      : `${calls.length} calls run`;
  terminal.print(`${count} · ${new Date(now).toISOString()}`);
  if (calls.length === 0) return;
  const width = Math.max('session'.length, ...calls.map(({ session }) => session.length));
  const row = (session: string, length: string, turns: string, phase: string, rest: string) =>
    `${session.padEnd(width)}  ${length.padStart(7)}  ${turns.padStart(5)}  ${phase.padEnd(12)}  ${rest}`;
  terminal.print(terminal.paint('bold', row('session', 'since', 'turns', 'phase', 'domain, adapter')));
  for (const { session, startedAt, turns, phase, domain, adapter } of calls) {
    const shown = [domain, adapter].filter(Boolean).join(', ');
    terminal.print(row(session, since(now - Date.parse(startedAt)), String(turns), phase, shown));
  }
}

/** ms → `h:mm:ss` or `m:ss`. */
function since(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1_000));
  const [h, m, s] = [Math.floor(seconds / 3_600), Math.floor(seconds / 60) % 60, seconds % 60];
  const two = (n: number) => String(n).padStart(2, '0');
  return h > 0 ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
}
