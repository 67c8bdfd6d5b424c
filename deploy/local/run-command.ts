import { spawn } from 'node:child_process';

export interface CommandResult {
  /** Exit code; 127 where there is no such program, 128 where a signal ended it. */
  code: number;
  /** The last 64 kB of what it wrote to stdout and stderr. */
  output: string;
}

const KEPT_OUTPUT = 65_536;

/**
 * Runs a program to its end, without a shell. `alive` is asked every second for a sign that the program gets on,
 * which is whatever changes; it is told how many bytes the program has written. A program without a new sign for
 * `stuckAfterMs` is killed. Without `alive`, `stuckAfterMs` is all the time that the program has.
 */
export function runCommand(
  command: string,
  args: readonly string[],
  options: {
    env?: NodeJS.ProcessEnv;
    cwd?: string;
    stuckAfterMs: number;
    alive?: (written: number) => unknown;
    onOutput?: (chunk: string) => void;
  },
): Promise<CommandResult> {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      env: options.env,
      cwd: options.cwd,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    let written = 0;
    const collect = (chunk: Buffer) => {
      written += chunk.length;
      output = (output + chunk.toString()).slice(-KEPT_OUTPUT);
      options.onOutput?.(chunk.toString());
    };
    child.stdout.on('data', collect);
    child.stderr.on('data', collect);

    let sign: unknown;
    let lastSign = Date.now();
    const watch = setInterval(() => {
      const now = options.alive?.(written);
      if (now !== sign) lastSign = Date.now();
      sign = now;
      if (Date.now() - lastSign > options.stuckAfterMs) child.kill('SIGKILL');
    }, 1_000);

    const endWithUs = () => child.kill();
    process.once('exit', endWithUs);

    const settle = (code: number) => {
      clearInterval(watch);
      process.off('exit', endWithUs);
      resolve({ code, output: output.trimEnd() });
    };
    child.once('error', (error: NodeJS.ErrnoException) => {
      output += error.message;
      settle(error.code === 'ENOENT' ? 127 : 126);
    });
    child.once('close', (code) => settle(code ?? 128));
  });
}
