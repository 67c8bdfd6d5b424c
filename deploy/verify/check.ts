import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { cacheFolder } from '../../config/schema.ts';
import { runCommand } from '../local/run-command.ts';
import type { Report } from '../local/setup-error.ts';

/** One thing that is deployed, tried as far as a machine goes. */
export interface Check {
  name: string;
  /** What is tried, and by what; for the table at the end. */
  what: string;
  how: string;
  /** What it would take more than one machine to try, and why. */
  leavesOut: { what: string; why: string }[];
  /** Resolves to what was seen, a line each. Throws CannotRun, or any other error where what was tried is wrong. */
  run(report: Report): Promise<string[]>;
}

/** This machine lacks what the check needs; the message says what. */
export class CannotRun extends Error {
  override name = 'CannotRun';
}

interface Bounds {
  /** How long it may take, ms. */
  withinMs?: number;
  cwd?: string;
  env?: NodeJS.ProcessEnv;
  /** Is told each line as it is written; `withinMs` is then how long it may be without a new one. */
  onLine?: (line: string) => void;
}

/** Runs a program to its end. Throws with its last words where it fails. Resolves to what it printed. */
export async function must(
  command: string,
  args: readonly string[],
  { withinMs = 120_000, onLine, ...options }: Bounds = {},
): Promise<string> {
  const following = onLine && { alive: (written: number) => written, onOutput: byLine(onLine) };
  const { code, output } = await runCommand(command, args, {
    stuckAfterMs: withinMs,
    ...following,
    ...options,
  });
  if (code === 127) throw new CannotRun(`${command} is not installed`);
  if (code === 0) return output;
  const took = code === 128 ? `: nothing came of it within ${withinMs / 1_000} s` : '';
  throw new Error(
    `${command} ${args.join(' ').slice(0, 200)} failed (${code})${took}:\n${output.split('\n').slice(-15).join('\n')}`,
  );
}

function byLine(onLine: (line: string) => void) {
  let rest = '';
  return (chunk: string) => {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop()!;
    for (const line of lines) onLine(line);
  };
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
