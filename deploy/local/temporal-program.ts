import { chmodSync, mkdirSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { cacheFolder } from '../../config/schema.ts';
import { withLock } from './lock.ts';
import { compiledProgram, isExecutable, onPath } from './program.ts';
import { runCommand } from './run-command.ts';
import { SetupError, type Report } from './setup-error.ts';

/**
 * The newest version that `go install` takes: later ones have a `replace` in their go.mod. It brings server 1.29.
 */
const GO_PACKAGE = 'github.com/temporalio/cli/cmd/temporal@v1.5.1';
/** Of the server inside the CLI: workflow updates are on by default from here on. */
const OLDEST_SERVER = [1, 25] as const;

const DOWNLOAD_STUCK_AFTER_MS = 20_000;
const BUILD_STUCK_AFTER_MS = 600_000;
const PROGRESS_EVERY_MS = 30_000;

/**
 * The official CLI, which has the dev server inside: on PATH, in the cache, by the SDK's own download, or built from
 * its source with Go. Throws SetupError.
 */
export async function findTemporal(report: Report): Promise<string> {
  const bin = join(cacheFolder(), 'bin');
  const cached = join(bin, 'temporal');
  const found = await firstUsable(report, onPath('temporal'), cached);
  if (found) return found;
  return withLock(
    join(bin, '.temporal-lock'),
    async () => {
      // Another process may have been quicker.
      if (await isUsable(cached)) return cached;
      const why = [await download(bin, cached, report), await buildWithGo(bin, cached, report)];
      if (await isUsable(cached)) return cached;
      throw new SetupError(
        "Temporal's dev server is needed, and is not there: install the `temporal` CLI " +
          '(https://docs.temporal.io/cli), or Go, with which it can be built, or set TEMPORAL_ADDRESS to a running ' +
          `server. Tried: ${why.filter(Boolean).join('; ')}.`,
      );
    },
    (holder) => report(`temporal: process ${holder} is getting it, waiting for it`),
  );
}

async function firstUsable(report: Report, ...files: (string | undefined)[]): Promise<string | undefined> {
  for (const file of files) {
    if (!file || !isExecutable(file)) continue;
    if (await isUsable(file)) return file;
    report(
      `temporal: ${file} is no Temporal CLI with a server of ${OLDEST_SERVER.join('.')} or newer, not used`,
    );
  }
  return undefined;
}

async function isUsable(file: string): Promise<boolean> {
  if (!isExecutable(file)) return false;
  const { output } = await runCommand(file, ['--version'], { stuckAfterMs: 20_000 });
  const version = /Server (\d+)\.(\d+)/.exec(output);
  if (!version) return false;
  const [major, minor] = [Number(version[1]), Number(version[2])];
  return major > OLDEST_SERVER[0] || (major === OLDEST_SERVER[0] && minor >= OLDEST_SERVER[1]);
}

/** Returns why it did not work. The SDK tells nothing of its progress: a file that grows is the sign of it. */
async function download(bin: string, target: string, report: Report): Promise<string | undefined> {
  report("temporal: trying the SDK's download of the Temporal CLI");
  const folder = join(bin, '.temporal-download');
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const result = await runCommand(process.execPath, [compiledProgram('temporal-download'), folder], {
    stuckAfterMs: DOWNLOAD_STUCK_AFTER_MS,
    alive: () =>
      readdirSync(folder)
        .map((name) => statSync(join(folder, name), { throwIfNoEntry: false })?.size)
        .join(),
  });
  try {
    if (result.code !== 0) return `the SDK's download (${result.output.split(': ').at(-1) || 'no answer'})`;
    const file = readdirSync(folder).find((name) => isExecutable(join(folder, name)));
    if (!file) return "the SDK's download (it left no program)";
    renameSync(join(folder, file), target);
    report('temporal: downloaded');
    return undefined;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function buildWithGo(bin: string, target: string, report: Report): Promise<string | undefined> {
  if (isExecutable(target)) return undefined;
  if (!onPath('go')) return 'building it (no `go` on PATH)';
  report('temporal: building the Temporal CLI with Go, once, in 3 minutes on an idle machine');
  const started = Date.now();
  const folder = join(bin, '.temporal-build');
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const progress = setInterval(() => {
    report(`temporal: building, ${Math.round((Date.now() - started) / 1_000)} s`);
  }, PROGRESS_EVERY_MS);
  const result = await runCommand('go', ['install', '-v', GO_PACKAGE], {
    env: { ...process.env, GOBIN: folder, CGO_ENABLED: '0' },
    stuckAfterMs: BUILD_STUCK_AFTER_MS,
    alive: (written) => written,
  });
  clearInterval(progress);
  try {
    if (result.code !== 0) return `building it (go: ${result.output.split('\n').at(-1)})`;
    chmodSync(join(folder, 'temporal'), 0o755);
    renameSync(join(folder, 'temporal'), target);
    report(`temporal: built, ${Math.round((Date.now() - started) / 1_000)} s`);
    return undefined;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
