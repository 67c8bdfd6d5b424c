import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { cacheFolder } from '../../config/schema.ts';
import { onPath } from '../local/program.ts';
import { runCommand } from '../local/run-command.ts';

const STUCK_AFTER_MS = 120_000;

/**
 * Prometheus' own checker: from PATH, from the cache, or taken out of Debian's package without installing that (it
 * brings a service along). Undefined where there is none of these.
 */
export async function findPromtool(): Promise<string | undefined> {
  const cached = join(cacheFolder(), 'bin', 'promtool');
  const found = process.env.PROMTOOL ?? onPath('promtool') ?? (existsSync(cached) ? cached : undefined);
  if (found || !onPath('apt-get') || !onPath('dpkg-deb')) return found;
  const folder = mkdtempSync(join(tmpdir(), 'orkestra-promtool-'));
  const run = (command: string, ...args: string[]) =>
    runCommand(command, args, { cwd: folder, stuckAfterMs: STUCK_AFTER_MS, alive: (written) => written });
  try {
    if ((await run('apt-get', 'download', 'prometheus')).code !== 0) {
      // The lists of packages are often missing in images, or old.
      await run('apt-get', 'update');
      await run('apt-get', 'download', 'prometheus');
    }
    const deb = readdirSync(folder).find((name) => name.endsWith('.deb'));
    if (!deb || (await run('dpkg-deb', '-x', deb, '.')).code !== 0) return undefined;
    mkdirSync(dirname(cached), { recursive: true });
    const draft = `${cached}.${process.pid}`;
    const { code } = await run('cp', join('usr', 'bin', 'promtool'), draft);
    if (code !== 0) return undefined;
    renameSync(draft, cached);
    return cached;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
