import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { packageRoot } from '../config/package.ts';

const text = readFileSync(join(packageRoot, 'docs', 'security.md'), 'utf8');
const doors = text
  .split(/^### /m)
  .slice(1)
  .map((part) => ({
    door: part.slice(0, part.indexOf('\n')),
    tests: [...part.matchAll(/^- `([^`]+\.test\.ts)`: (.+)$/gm)].map(([, file, name]) => ({
      file: file!,
      name: name!,
    })),
  }));

test('docs/security.md names every door', () => {
  const named = doors.map(({ door }) => door).join('\n');
  const all = [
    'Media sockets',
    'call page',
    'Twilio',
    'HTTP API',
    'Codec endpoint',
    'Webhooks out',
    'Temporal',
    'Redis',
    'Postgres',
    'Health and metrics',
    'CLI',
    'Imports',
    'Models',
    'Images',
  ];
  expect(all.filter((door) => !named.includes(door))).toEqual([]);
});

test('each door has tests that try it, and they are there under these names', () => {
  expect(doors.filter(({ tests }) => tests.length === 0)).toEqual([]);
  const missing = doors.flatMap(({ door, tests }) =>
    tests
      .filter(({ file, name }) => !existsSync(join(packageRoot, file)) || !namesOf(file).includes(name))
      .map(({ file, name }) => `${door}: ${file}: ${name}`),
  );
  expect(missing).toEqual([]);
});

/** The first text that `test`, `test.each(…)` or `describe.each(…)` is given is its name. */
const namesOf = (file: string) =>
  [
    ...readFileSync(join(packageRoot, file), 'utf8').matchAll(
      /(?:\btest|\]|\))\(\s*(['"`])((?:(?!\1).)+)\1\s*,/g,
    ),
  ].map(([, , name]) => name!);
