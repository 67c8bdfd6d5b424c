import { join } from 'node:path';
import { must, verifyFolder } from './check.ts';

const store = verifyFolder('images');
const places = [
  '--root',
  join(store, 'root'),
  '--runroot',
  join(store, 'run'),
  '--storage-driver',
  'overlay',
];

/** Runs buildah on a store of its own, without a container engine. Resolves to what it printed. */
export const buildah = (args: readonly string[], withinMs = 120_000): Promise<string> =>
  must('buildah', [...places, ...args], { env: { ...process.env, BUILDAH_ISOLATION: 'chroot' }, withinMs });
