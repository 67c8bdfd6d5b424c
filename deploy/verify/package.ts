import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { packageRoot, version } from '../../config/package.ts';
import { type Check, must } from './check.ts';

const INSTALL_MS = 300_000;

/** What `npm pack` makes, installed as a user would, and its command. */
export const checkPackage: Check = {
  name: 'package',
  what: 'the package in an empty folder: orkestra --version, --help, completion, a history replayed',
  how: 'npm pack, npm install',
  leavesOut: [],
  async run(report) {
    const folder = mkdtempSync(join(tmpdir(), 'orkestra-package-'));
    try {
      report('packing');
      // What is built is there: `npm run verify:deploy` sees to that.
      await must('npm', ['pack', '--ignore-scripts', '--pack-destination', folder], { cwd: packageRoot });
      const [tarball] = readdirSync(folder);
      writeFileSync(join(folder, 'package.json'), '{}');
      report(`installing ${tarball}`);
      await must('npm', ['install', '--ignore-scripts', '--no-audit', '--no-fund', `./${tarball}`], {
        cwd: folder,
        withinMs: INSTALL_MS,
      });
      const orkestra = (...args: string[]) =>
        must(join(folder, 'node_modules', '.bin', 'orkestra'), args, { cwd: folder });
      const told = await orkestra('--version');
      if (told !== version) throw new Error(`orkestra --version says ${told}, package.json ${version}`);
      if (!(await orkestra('--help')).includes('orkestra start-call')) throw new Error('--help is not ours');
      if (!(await orkestra('completion', 'bash')).includes('complete -F')) throw new Error('no completion');
      const history = join(packageRoot, 'test', 'histories', '0.1.0-two-turns.json');
      const replayed = await orkestra('replay-session', '--history', history);
      if (!replayed.includes('goes the same way')) throw new Error(`the replay says ${replayed}`);
      return [`${tarball}: installed, says ${told}, replays a recorded call`];
    } finally {
      rmSync(folder, { recursive: true });
    }
  },
};
