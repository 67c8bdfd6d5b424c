import { type Readable, Writable } from 'node:stream';
import { runCli } from '../run.ts';

export interface CapturedRun {
  code: number;
  stdout: string;
  stderr: string;
}

/** Runs a command line in this process; `onLine` sees each line of stdout as it comes. */
export async function orkestra(
  args: string[],
  onLine: (line: string) => void = () => undefined,
  stdin?: Readable,
): Promise<CapturedRun> {
  const stdout = new Collector(onLine);
  const stderr = new Collector(() => undefined);
  const code = await runCli(args, { ...(stdin && { stdin }), stdout, stderr, colorDepth: 1 });
  return { code, stdout: stdout.text, stderr: stderr.text };
}

class Collector extends Writable {
  text = '';

  constructor(private readonly onLine: (line: string) => void) {
    super({ decodeStrings: false });
  }

  override _write(chunk: string, _encoding: string, done: () => void) {
    this.text += chunk;
    for (const line of String(chunk).split('\n').slice(0, -1)) this.onLine(line);
    done();
  }
}
