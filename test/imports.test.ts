import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize, sep } from 'node:path';
import { expect, test } from 'vitest';
import { packageRoot } from '../config/package.ts';

/** From the top down: a folder may import from those below it and from itself, never from those above. */
const layers = [
  'page',
  'cli',
  'deploy',
  'workers',
  'api',
  'workflows',
  'activities',
  'gateway',
  'domains',
  'engines',
  'store',
  'stream',
  'audio',
  'call',
  'config',
];

test('imports run one way: down the layers', () => {
  const upward = sources().flatMap(({ file, imports }) =>
    imports
      .filter((target) => layers.indexOf(layerOf(target)) < layers.indexOf(layerOf(file)))
      .map((target) => `${file} imports ${target}`),
  );
  expect(upward).toEqual([]);
});

test('workflows take types, and nothing that runs, from activities', () => {
  const files = sources().filter(({ file }) => layerOf(file) === 'workflows');
  const targets = files.flatMap(({ imports }) => imports).filter((to) => layerOf(to) === 'activities');
  expect(new Set(targets)).toEqual(new Set([join('activities', 'types.ts')]));
});

const layerOf = (file: string) => file.split(sep)[0]!;

/** Every source file of the layers with the files that it imports, as paths from the root. */
function sources() {
  const files = layers.flatMap((layer) =>
    readdirSync(join(packageRoot, layer), { recursive: true, encoding: 'utf8' }).map((file) =>
      join(layer, file),
    ),
  );
  return files
    .filter((file) => /\.(ts|mjs)$/.test(file) && !file.endsWith('.test.ts'))
    .map((file) => {
      const text = readFileSync(join(packageRoot, file), 'utf8');
      const imports = [...text.matchAll(/(?:from|import\()\s*'(\.{1,2}\/[^']+)'/g)].map((match) =>
        normalize(join(dirname(file), match[1]!)),
      );
      return { file, imports };
    });
}
