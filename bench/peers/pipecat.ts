import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../config/package.ts';
import { cacheFolder } from '../../config/schema.ts';
import { Keeper } from '../../deploy/local/keeper.ts';
import { withLock } from '../../deploy/local/lock.ts';
import { freePort } from '../../deploy/local/ports.ts';
import { runCommand } from '../../deploy/local/run-command.ts';
import { startServer } from '../../deploy/local/server.ts';
import { type Report, SetupError } from '../../deploy/local/setup-error.ts';
import { greeting } from '../../domains/banking/prompts.ts';
import type { Contender } from './contender.ts';
import { pipecatDelays } from './delays.ts';

/** pip gives up on a dead line by itself; this ends it when it hangs for another reason. */
const STUCK_AFTER_MS = 600_000;
const here = join(packageRoot, 'bench', 'peers');

/** Installs Pipecat into a virtual environment in the cache folder, once; its Python. Throws SetupError. */
export async function installPipecat(report: Report): Promise<string> {
  const folder = join(cacheFolder(), 'pipecat');
  const python = join(folder, 'bin', 'python');
  const wanted = readFileSync(join(here, 'requirements.txt'), 'utf8');
  const installed = join(folder, 'installed.txt');
  const isThere = () => existsSync(installed) && readFileSync(installed, 'utf8') === wanted;
  mkdirSync(cacheFolder(), { recursive: true });
  await withLock(
    `${folder}.lock`,
    async () => {
      if (isThere()) return;
      report('Pipecat: installing it (540 MB, once)');
      rmSync(folder, { recursive: true, force: true });
      await must(['python3', '-m', 'venv', folder], 'Python 3 with the module venv is needed for Pipecat');
      const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '-r'];
      await must([python, ...pip, join(here, 'requirements.txt')], 'pip could not install Pipecat');
      writeFileSync(installed, wanted);
    },
    (holder) => report(`Pipecat: process ${holder} is installing it, waiting for it`),
  );
  return python;
}

async function must([command, ...args]: string[], otherwise: string) {
  const { code, output } = await runCommand(command!, args, {
    env: process.env,
    stuckAfterMs: STUCK_AFTER_MS,
  });
  if (code !== 0) throw new SetupError(`${otherwise}: ${output.trim().split('\n').slice(-3).join('\n')}`);
}

/** One process of it, as its documentation runs it. */
export async function startPipecat(python: string, report: Report): Promise<Contender> {
  const delays = pipecatDelays(python);
  const keeper = new Keeper();
  const port = await freePort();
  const healthy = () =>
    fetch(`http://127.0.0.1:${port}/health`).then(
      ({ ok }) => ok,
      () => false,
    );
  const args = ['-W', 'ignore', join(here, 'pipecat_bot.py'), String(port), greeting];
  const env = { ...process.env, PYTHONUNBUFFERED: '1' };
  const server = await startServer(keeper, { name: 'pipecat', command: python, args, env }, healthy, report);
  return {
    name: 'Pipecat',
    url: `ws://127.0.0.1:${port}/ws`,
    customParameters: {},
    processes: () => ({ pipecat: server.pid! }),
    delays,
    async stop() {
      await server.stop();
      keeper.close();
    },
  };
}
