import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { packageRoot, version } from '../config/package.ts';

/** Folders whose code is for development alone. */
const development = ['node_modules', 'dist', '.orkestra', 'test', 'bench', 'docs', 'page', '.git'];

function sourceFiles(folder: string, ending: string): string[] {
  return readdirSync(join(packageRoot, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return development.includes(path) ? [] : sourceFiles(path, ending);
    return path.endsWith(ending) && !path.endsWith('.test.ts') ? [path] : [];
  });
}

describe('the package', () => {
  const folder = mkdtempSync(join(tmpdir(), 'orkestra-package-'));
  const installed = join(folder, 'node_modules', 'orkestra');
  beforeAll(() => {
    const run = (program: string, ...args: string[]) =>
      execFileSync(program, args, {
        cwd: packageRoot,
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'ignore'],
      });
    // What is built is there: the tests' set-up sees to that.
    const [packed] = JSON.parse(
      run('npm', 'pack', '--json', '--ignore-scripts', '--pack-destination', folder),
    );
    mkdirSync(installed, { recursive: true });
    run('tar', '-xzf', join(folder, packed.filename), '-C', installed, '--strip-components=1');
    // What it depends on, and nothing that only its development needs.
    const { dependencies } = JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8'));
    for (const name of Object.keys(dependencies)) {
      mkdirSync(join(folder, 'node_modules', name, '..'), { recursive: true });
      symlinkSync(join(packageRoot, 'node_modules', name), join(folder, 'node_modules', name));
    }
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  function orkestra(...args: string[]): string {
    const bin = JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8')).bin.orkestra;
    return execFileSync(process.execPath, [join(installed, bin), ...args], { cwd: folder, encoding: 'utf8' });
  }

  test('holds every file that the code reads, and every table’s migration', () => {
    // What tries deployments runs in the repository alone.
    const shipped = sourceFiles('.', '.ts').filter((file) => !file.startsWith(join('deploy', 'verify')));
    const read = shipped.flatMap((file) =>
      [
        ...readFileSync(join(packageRoot, file), 'utf8').matchAll(/join\(packageRoot, ((?:'[^']+',? ?)+)\)/g),
      ].map(([, names]) => join(...[...names!.matchAll(/'([^']+)'/g)].map(([, name]) => name!))),
    );
    expect(read.length).toBeGreaterThan(5);
    const needed = [...read, ...sourceFiles('.', '.sql'), 'LICENSE'];
    expect(needed.filter((path) => !existsSync(join(installed, path)))).toEqual([]);
  });

  test('holds no tests, benchmarks or machine’s own files', () => {
    const all = readdirSync(installed, { recursive: true, encoding: 'utf8' });
    expect(
      all.filter((path) => /\.test\.|\/testing\/|^dist\/(test|bench)|\.map$|tsbuildinfo|\.built/.test(path)),
    ).toEqual([]);
  });

  test('runs outside the repository', () => {
    expect(orkestra('--version')).toBe(`${version}\n`);
    expect(orkestra('--help')).toContain('orkestra replay-session');
    expect(orkestra('completion', 'bash')).toContain('complete -F _orkestra orkestra');
    // The workflows' code is in it, and goes the way of a call that was made elsewhere.
    const history = join(packageRoot, 'test', 'histories', '0.1.0-two-turns.json');
    expect(orkestra('replay-session', '--history', history)).toContain('goes the same way.');
    // So are the migrations: the command brings a database to the present schema first.
    expect(JSON.parse(orkestra('api-key', 'list', '--json'))).toHaveProperty('keys');
  });

  test('has a change log that begins with this version', () => {
    const changes = readFileSync(join(installed, 'CHANGELOG.md'), 'utf8');
    expect(/^## (\S+)/m.exec(changes)?.[1]).toBe(version);
  });
});
