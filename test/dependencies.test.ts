import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { packageRoot } from '../config/package.ts';

interface Locked {
  version: string;
  license?: string;
  dev?: boolean;
  resolved?: string;
}

const shipped = () => {
  const { packages } = JSON.parse(readFileSync(join(packageRoot, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, Locked>;
  };
  return Object.entries(packages)
    .filter(([path, { dev }]) => path !== '' && !dev)
    .map(([path, { version, license }]) => ({
      name: path.replace(/^.*node_modules\//, ''),
      version,
      license: license ?? licenseOf(path),
    }));
};

const licenseOf = (path: string): string => {
  const file = join(packageRoot, path, 'package.json');
  const { license = 'unknown' } = JSON.parse(readFileSync(file, 'utf8')) as { license?: string };
  return license;
};

/** Licences that let whoever runs Orkestra do so without conditions beyond naming them. */
const allowed = [
  'MIT',
  'Apache-2.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'ISC',
  '0BSD',
  'Unlicense',
  'BlueOak-1.0.0',
  'Apache-2.0 AND MIT',
  '(MIT OR CC0-1.0)',
];
/** Others, with why they may be there. */
const reviewed: Record<string, string> = {
  'caniuse-lite': 'data of a bundler’s, which is not shipped in what it makes: CC-BY-4.0',
  unionfs: 'its file says the Unlicense; its package.json does not',
};

test('what is shipped has licences that are known and allowed', () => {
  const others = shipped().filter(({ name, license }) => !allowed.includes(license) && !(name in reviewed));
  expect(others).toEqual([]);
});

test('docs/security.md lists the licences', () => {
  const counts = new Map<string, number>();
  for (const { name, license } of shipped()) {
    const what = name in reviewed ? 'other' : license;
    counts.set(what, (counts.get(what) ?? 0) + 1);
  }
  const text = readFileSync(join(packageRoot, 'docs', 'security.md'), 'utf8');
  const listed = [...text.matchAll(/^\| `([^`]+)` +\| (\d+) +\|$/gm)].map(([, license, count]) => [
    license!,
    Number(count),
  ]);
  expect(Object.fromEntries(listed)).toEqual(Object.fromEntries(counts));
});

test('every dependency of ours has one exact version', () => {
  const { dependencies } = JSON.parse(readFileSync(join(packageRoot, 'package.json'), 'utf8')) as {
    dependencies: Record<string, string>;
  };
  expect(Object.entries(dependencies).filter(([, version]) => !/^\d+\.\d+\.\d+$/.test(version))).toEqual([]);
});
