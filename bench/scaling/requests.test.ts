import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { packageRoot } from '../../config/package.ts';
import { workerNames } from '../../config/worker-names.ts';
import { measured } from './measured.ts';
import { podResources } from './requests.ts';

const file = (...path: string[]) => parse(readFileSync(join(packageRoot, ...path), 'utf8'), { merge: true });

test.each(workerNames)('the pod of %s asks for what was measured', (name) => {
  const [container] = file('deploy/k8s/base', `${name}.yaml`).spec.template.spec.containers;
  const { requests, limits } = podResources(measured, name);
  expect(container.resources.requests).toEqual(requests);
  expect(container.resources.limits.memory).toBe(limits.memory);
});

test.each(workerNames)('Compose lets %s have as much', (name) => {
  const { memory } = file('docker-compose.yml').services[name].deploy.resources.limits;
  expect(Number.parseInt(memory, 10)).toBeGreaterThanOrEqual(
    Number.parseInt(podResources(measured, name).limits.memory, 10),
  );
});
