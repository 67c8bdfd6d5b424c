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

/** Steps that download say nothing until they are done, and layers of a gigabyte take their time to go. */
const STUCK_AFTER_MS = 600_000;

/**
 * Runs buildah on a store of its own, without a container engine. Resolves to what it printed. `onStep` is told each
 * step of a build, which may take 10 minutes; anything else may in all.
 */
export function buildah(args: readonly string[], onStep?: (step: string) => void): Promise<string> {
  const env = { ...process.env, BUILDAH_ISOLATION: 'chroot' };
  if (!onStep) return must('buildah', [...places, ...args], { env, withinMs: STUCK_AFTER_MS });
  const onLine = (line: string) => {
    const step = /STEP \d+\/\d+: (.*)/.exec(line)?.[1];
    if (step) onStep(step.length > 90 ? `${step.slice(0, 90)}…` : step);
  };
  return must('buildah', [...places, ...args], { env, withinMs: STUCK_AFTER_MS, onLine });
}
