import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { LLAMA_ENTRY, LLAMA_VERSION, llamaFolder } from '../../config/llama.ts';
import { withLock } from './lock.ts';
import { runCommand } from './run-command.ts';
import { type Report, SetupError } from './setup-error.ts';

/** npm gives up on a dead line by itself; this ends it when it hangs for another reason. */
const STUCK_AFTER_MS = 600_000;

/** llama.cpp, compiled: the packages that hold it, for machines without a graphics card of their own. */
const compiled: Record<string, string> = {
  'linux-x64': 'linux-x64',
  'linux-arm64': 'linux-arm64',
  'darwin-arm64': 'mac-arm64-metal',
  'darwin-x64': 'mac-x64',
  'win32-x64': 'win-x64',
};

/** Installs node-llama-cpp beside the models, once; npm checks what it fetches. Throws SetupError. */
export async function provisionLlama(report: Report, folder: string = llamaFolder()): Promise<void> {
  const isThere = () => existsSync(join(folder, LLAMA_ENTRY));
  if (isThere()) return;
  await withLock(
    `${folder}.lock`,
    async () => void (isThere() || (await install(folder, report))),
    (holder) => report(`llama: process ${holder} is installing it, waiting for it`),
  );
}

async function install(folder: string, report: Report) {
  const platform = compiled[`${process.platform}-${process.arch}`];
  if (!platform) {
    throw new SetupError(`llama.cpp is not compiled for ${process.platform} on ${process.arch}`);
  }
  report('llama: installing node-llama-cpp (85 MB)');
  const staging = `${folder}.staging`;
  rmSync(staging, { recursive: true, force: true });
  mkdirSync(staging, { recursive: true });
  mkdirSync(dirname(folder), { recursive: true });
  const packages = [`node-llama-cpp@${LLAMA_VERSION}`, `@node-llama-cpp/${platform}@${LLAMA_VERSION}`];
  // Its other binaries are optional, and its scripts would compile what is compiled already.
  const quiet = ['--omit=optional', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  const args = ['install', '--prefix', staging, ...quiet, ...packages];
  const { code, output } = await runCommand('npm', args, { env: process.env, stuckAfterMs: STUCK_AFTER_MS });
  if (code !== 0) {
    throw new SetupError(`node-llama-cpp can't be installed: ${output.trim().split('\n').at(-1)}`);
  }
  rmSync(folder, { recursive: true, force: true });
  renameSync(staging, folder);
}
