import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { cacheFolder } from '../../config/schema.ts';
import { runCommand } from '../local/run-command.ts';
import type { Report } from '../local/setup-error.ts';

/** One thing that is deployed, tried as far as this machine goes. */
export interface Check {
  name: string;
  /** Resolves to what was seen, a line each. Throws CannotRun, or any other error where what was tried is wrong. */
  run(report: Report): Promise<string[]>;
}

/** This machine lacks what the check needs; the message says what. */
export class CannotRun extends Error {
  override name = 'CannotRun';
}

/** Runs a program to its end, at most `withinMs` long. Throws with its last words where it fails. */
export async function must(
  command: string,
  args: readonly string[],
  { withinMs = 120_000, ...options }: { withinMs?: number; cwd?: string; env?: NodeJS.ProcessEnv } = {},
): Promise<string> {
  const { code, output } = await runCommand(command, args, { stuckAfterMs: withinMs, ...options });
  if (code === 127) throw new CannotRun(`${command} is not installed`);
  if (code === 0) return output;
  throw new Error(
    `${command} ${args[0] ?? ''} failed (${code}):\n${output.split('\n').slice(-15).join('\n')}`,
  );
}

/** A folder of the cache for what checks fetch or build, made where it is missing. */
export function verifyFolder(name: string): string {
  const folder = join(cacheFolder(), 'verify', name);
  mkdirSync(folder, { recursive: true });
  return folder;
}

/** A Python program from a pinned package, in a folder of its own; returns the variables that it is run with. */
export async function pythonPackage(name: string, version: string): Promise<NodeJS.ProcessEnv> {
  const folder = verifyFolder(`${name}-${version}`);
  if (!existsSync(join(folder, name.replaceAll('-', '_')))) {
    await must('python3', ['-m', 'pip', 'install', '--quiet', '--target', folder, `${name}==${version}`]);
  }
  return { ...process.env, PYTHONPATH: folder };
}

/** A Go program of a pinned version; returns its path. */
export async function goProgram(module: string, version: string): Promise<string> {
  const folder = verifyFolder('go');
  const built = join(folder, `${module.replaceAll('/', '-')}-${version}`);
  if (!existsSync(built)) {
    const env = { ...process.env, GOBIN: built };
    await must('go', ['install', `${module}@${version}`], { env, withinMs: 600_000 });
  }
  return join(built, module.split('/').at(-1)!);
}
