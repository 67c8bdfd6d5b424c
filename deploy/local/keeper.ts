import { spawn, type ChildProcess, type SpawnOptions } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Writable } from 'node:stream';
import { giveWay } from './precedence.ts';

/**
 * Reads which process groups there are until its input ends, which it does when the process that feeds it is gone,
 * in whatever way. Then it ends what is left of them: politely, 5 s later not. A shell, since it needs 1 MB.
 */
const WATCHDOG = `
trap '' INT HUP TERM
groups=
while read -r what group; do
  case $what in
    watch) groups="$groups $group" ;;
    drop) left=; for g in $groups; do [ "$g" = "$group" ] || left="$left $g"; done; groups=$left ;;
  esac
done
for g in $groups; do kill -s TERM -- "-$g"; done
tries=0
for g in $groups; do
  while kill -s 0 -- "-$g" && [ $tries -lt 50 ]; do sleep 0.1; tries=$((tries + 1)); done
  kill -s KILL -- "-$g"
done
rm -rf "$1"
`;

/** Starts processes that do not outlive this one, and owns a folder for their files that does not either. */
export class Keeper {
  /** For logs and other files of the processes. */
  readonly folder = mkdtempSync(join(tmpdir(), 'orkestra-'));
  private readonly watchdog = spawn('sh', ['-c', WATCHDOG, 'orkestra-watchdog', this.folder], {
    cwd: '/',
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });

  constructor() {
    this.watchdog.unref();
    (this.watchdog.stdin as Writable & { unref(): void }).unref();
    this.watchdog.stdin.on('error', () => undefined);
  }

  /**
   * Starts a process in a group of its own: Ctrl-C in the terminal reaches this process alone, which then ends the
   * others in the right order.
   */
  start(
    command: string,
    args: readonly string[],
    { givesWay = false, ...options }: SpawnOptions & { givesWay?: boolean },
  ): ChildProcess {
    const child = spawn(command, args, { ...options, detached: true });
    const { pid } = child;
    if (pid !== undefined) {
      if (givesWay) giveWay(pid);
      this.watchdog.stdin.write(`watch ${pid}\n`);
      child.once('exit', () => this.watchdog.stdin.write(`drop ${pid}\n`));
    }
    return child;
  }

  /** Lets go of the watchdog and the folder; the processes must have been ended. */
  close(): void {
    rmSync(this.folder, { recursive: true, force: true });
    this.watchdog.stdin.end();
  }
}

/** Whether a process has not ended yet. */
export const isRunning = (child: ChildProcess) =>
  child.pid !== undefined && child.exitCode === null && child.signalCode === null;

/** Asks a process to end, and makes it end after `graceMs`. Resolves when it is gone. */
export async function endProcess(child: ChildProcess, graceMs: number): Promise<void> {
  if (!isRunning(child)) return;
  const gone = once(child, 'exit');
  signalGroup(child, 'SIGTERM');
  const timer = setTimeout(() => signalGroup(child, 'SIGKILL'), graceMs);
  await gone;
  clearTimeout(timer);
}

function signalGroup(child: ChildProcess, signal: NodeJS.Signals) {
  try {
    process.kill(-child.pid!, signal);
  } catch (error) {
    // It ended between the look and the signal.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** The last lines of a log, for an error message; empty when there is no such file. */
export function tailOf(file: string, lines = 10): string {
  try {
    return readFileSync(file, 'utf8').trimEnd().split('\n').slice(-lines).join('\n');
  } catch {
    return '';
  }
}
