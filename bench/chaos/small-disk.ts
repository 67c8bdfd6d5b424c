import { spawnSync } from 'node:child_process';
import { mkdirSync, statfsSync } from 'node:fs';
import { SetupError } from '../../deploy/local/setup-error.ts';

const ROOMY = '2g';

/** A disk in memory that can be made full and roomy again. Only root can have one. */
export class SmallDisk {
  private mounted = false;

  constructor(readonly folder: string) {
    mkdirSync(folder, { recursive: true });
  }

  /** Leaves no room. Throws SetupError where there may be no such disk. */
  fill() {
    const { blocks, bfree, bsize } = statfsSync(this.folder);
    const used = Math.max(1, blocks - bfree) * bsize;
    mount(['-t', 'tmpfs', '-o', `remount,size=${used}`, this.folder]);
  }

  empty() {
    mount(['-t', 'tmpfs', '-o', `remount,size=${ROOMY}`, this.folder]);
  }

  /** Mounts it where that is allowed; elsewhere the folder is one like any other. */
  open() {
    if (process.getuid?.() !== 0) return;
    mount(['-t', 'tmpfs', '-o', `size=${ROOMY}`, 'tmpfs', this.folder]);
    this.mounted = true;
  }

  close() {
    if (this.mounted) run('umount', ['--lazy', this.folder]);
  }
}

const mount = (args: string[]) => run('mount', args);

function run(command: string, args: string[]) {
  const { status, stderr, error } = spawnSync(command, args, { encoding: 'utf8' });
  if (status === 0) return;
  throw new SetupError(
    `A full disk can’t be made here: ${error?.message ?? stderr.trim()}. Run this as root on Linux.`,
  );
}
