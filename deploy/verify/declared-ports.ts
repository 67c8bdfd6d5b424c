import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { packageRoot } from '../../config/package.ts';
import { type WorkerName, workerNames } from '../../config/worker-names.ts';

const base = (file: string) => readFileSync(join(packageRoot, 'deploy/k8s/base', file), 'utf8');

const ownPorts = (file: string): number[] =>
  parse(base(file)).spec.template.spec.containers.flatMap(({ ports = [] }: any) =>
    ports.map((port: { containerPort: number }) => port.containerPort),
  );

/**
 * The ports that each process is said to open, by its Deployment. What Services, policies and probes name is one of
 * these, and what Compose and Prometheus name: `policies.ts` and `compose.ts` see to that.
 */
export function declaredPorts(): Record<WorkerName, number[]> {
  const shared = ownPorts('every-worker.yaml');
  const entries = workerNames.map((name) => [
    name,
    [...ownPorts(`${name}.yaml`), ...shared].sort((a, b) => a - b),
  ]);
  return Object.fromEntries(entries);
}

/** The variables that every pod gets. */
export const podVariables = (): Record<string, string> =>
  Object.fromEntries(
    base('orkestra.env')
      .split('\n')
      .filter(Boolean)
      .map((line) => line.split(/=(.*)/s).slice(0, 2)),
  );
