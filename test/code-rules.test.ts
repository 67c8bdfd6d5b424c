import { readdirSync, readFileSync } from 'node:fs';
import { join, sep } from 'node:path';
import { expect, test } from 'vitest';
import { packageRoot } from '../config/package.ts';

/** Everything that runs at a user's; tests, benchmarks and what tries deployments run at ours. */
const folders = [
  'activities',
  'api',
  'audio',
  'call',
  'cli',
  'config',
  'deploy/local',
  'domains',
  'engines',
  'gateway',
  'page',
  'store',
  'stream',
  'workers',
  'workflows',
];
const sources = folders
  .flatMap((folder) =>
    readdirSync(join(packageRoot, folder), { recursive: true, encoding: 'utf8' }).map((name) =>
      join(folder, name),
    ),
  )
  .filter(
    (file) => /\.(ts|mjs)$/.test(file) && !file.endsWith('.test.ts') && !file.includes(`${sep}testing${sep}`),
  )
  .map((file) => ({ file, text: readFileSync(join(packageRoot, file), 'utf8') }));

const naming = (what: RegExp) => sources.filter(({ text }) => what.test(text)).map(({ file }) => file);

/** Programs are started here, by their names and lists of arguments; nothing that a caller or a message says is among them. */
const startPrograms = [
  'deploy/local/bootstrap.mjs',
  'deploy/local/keeper.ts',
  'deploy/local/run-command.ts',
  'deploy/local/server.ts',
  'deploy/local/worker-process.ts',
  'engines/child.ts',
  'engines/llm/llama-process.ts',
];

test('text is never run as code', () => {
  expect(sources.length).toBeGreaterThan(300);
  expect(
    naming(/\beval\(|\bnew Function\(|\bFunction\(['"`]|\bvm\.|from 'node:vm'|setTimeout\(\s*['"`]/),
  ).toEqual([]);
});

test('programs are started in known places alone, and never by a shell', () => {
  expect(naming(/child_process/).sort()).toEqual(startPrograms);
  expect(naming(/\bshell: *true|\bexec\(\s*[`'"]|\bexecSync\(/)).toEqual([]);
  // The watchdog of the local stack: a script of its own, with the name of a folder as its argument.
  expect(naming(/['"](?:ba)?sh['"], \[/)).toEqual(['deploy/local/keeper.ts']);
});

test('the page puts no text of others into its markup', () => {
  const found = naming(/\.(?:inner|outer)HTML\b|insertAdjacentHTML|document\.write/);
  expect(found.filter((file) => file.startsWith('page'))).toEqual([]);
});
