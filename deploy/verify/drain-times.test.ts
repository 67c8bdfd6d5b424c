import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { callSettingsSchema } from '../../call/settings.ts';
import { packageRoot } from '../../config/package.ts';
import { type WorkerName, workerNames } from '../../config/worker-names.ts';
import { domains } from '../../domains/registry.ts';
import { SHUTDOWN_FORCE_MS, SHUTDOWN_GRACE_MS } from '../../workers/activity-worker.ts';
import { toolOptions } from '../../workflows/limits.ts';
import { drainSeconds } from './drain-times.ts';

/** Slow speech, characters a second: Piper says some 16. */
const PACE = 12;

const k8s = join(packageRoot, 'deploy', 'k8s');
const read = (...path: string[]) => parse(readFileSync(join(...path), 'utf8'), { merge: true });

/** What Kubernetes gives each worker once it has asked it to go, s; as kustomize puts it together. */
function graceInKubernetes(): Record<WorkerName, number> {
  const every: number = read(k8s, 'base', 'every-worker.yaml').spec.template.spec
    .terminationGracePeriodSeconds;
  const { patches } = read(k8s, 'base', 'kustomization.yaml');
  const own = (name: string): number | undefined =>
    patches
      .filter(({ target }: any) => target.name === name)
      .flatMap(({ patch }: any) => parse(patch))
      .find(({ path }: any) => path === '/spec/template/spec/terminationGracePeriodSeconds')?.value;
  return Object.fromEntries(workerNames.map((name) => [name, own(name) ?? every])) as Record<
    WorkerName,
    number
  >;
}

/** What Compose gives them, s. */
function graceInCompose(): Record<WorkerName, number> {
  const { services } = read(packageRoot, 'docker-compose.yml');
  const seconds = (name: string) => Number(/^(\d+)s$/.exec(services[name].stop_grace_period)![1]);
  return Object.fromEntries(workerNames.map((name) => [name, seconds(name)])) as Record<WorkerName, number>;
}

/** The longest that our own bots and limits make a turn be, s: a tool that is waited for, and the longest words. */
function longestTurn(): number {
  const texts = domains.flatMap(({ greeting, idlePrompts, farewell, apology, voicemail }) => [
    greeting,
    ...idlePrompts,
    farewell,
    apology,
    voicemail,
  ]);
  const longest = Math.max(...texts.map(({ length }) => length));
  return Number.parseFloat(toolOptions.scheduleToCloseTimeout) + longest / PACE;
}

describe('whoever ends a process waits longer than the process waits for what it has begun', () => {
  test.each([
    ['Kubernetes', graceInKubernetes()],
    ['Compose', graceInCompose()],
  ])('%s', (_, grace) => {
    for (const name of workerNames) expect(grace[name], name).toBeGreaterThan(drainSeconds[name]);
  });

  test('a worker tells Temporal that it gives up only after the grace of its stages', () => {
    expect(SHUTDOWN_FORCE_MS).toBeGreaterThan(SHUTDOWN_GRACE_MS);
  });

  test('that grace is longer than a turn', () => {
    expect(longestTurn()).toBeGreaterThan(10);
    expect(SHUTDOWN_GRACE_MS / 1_000).toBeGreaterThan(longestTurn());
  });

  test('a gateway stays as long as a call may last', () => {
    const { maxCallMs } = callSettingsSchema.parse({});
    expect(drainSeconds.gateway).toBeGreaterThanOrEqual(maxCallMs / 1_000);
  });

  test('nothing else says how long: an overlay or a component would go before what is looked at here', () => {
    const files = readdirSync(k8s, { recursive: true, encoding: 'utf8' }).filter((name) =>
      /\.ya?ml$/.test(name),
    );
    const saying = files.filter((name) =>
      readFileSync(join(k8s, name), 'utf8').includes('terminationGracePeriodSeconds'),
    );
    expect(saying.sort()).toEqual(['base/every-worker.yaml', 'base/kustomization.yaml']);
  });
});
