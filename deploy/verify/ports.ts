import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../config/package.ts';
import { workerNames } from '../../config/worker-names.ts';
import { startStack } from '../local/stack.ts';
import { CannotRun, type Check } from './check.ts';
import { declaredPorts, podVariables } from './declared-ports.ts';
import { listeningPorts } from './listening.ts';
import { answers, startRole } from './role.ts';

const HEALTH_PORT = 9464;

/** Every process, with the variables of its pod and an address of its own, opens the ports that it is said to. */
export const checkPorts: Check = {
  name: 'ports',
  what: 'each process opens the ports that its Deployment declares, and no other',
  how: 'the processes, with the pods’ variables',
  leavesOut: [],
  async run(report) {
    if (!existsSync('/proc/self/net/tcp')) throw new CannotRun('only Linux tells which ports a process has');
    const declared = declaredPorts();
    const stack = await startStack({ report, fresh: true });
    // On Linux all of 127.0.0.0/8 is this machine: as many pods, the same ports.
    const roles = workerNames.map((name, i) => {
      const address = `127.0.0.${10 + i}`;
      const env = atAddress(podVariables(), address);
      const role = startRole([process.execPath, join(packageRoot, 'dist/cli/main.js'), 'worker', name], {
        env: { ...process.env, ...env, ...stack.env, ORKESTRA_GATEWAY_OPEN: 'true' },
        isHealthy: () => answers(`http://${address}:${HEALTH_PORT}/health/ready`),
      });
      return { name, role };
    });
    try {
      const lines: string[] = [];
      for (const { name, role } of roles) {
        await role.ready();
        lines.push(`${name}: ${compare(name, listeningPorts(role.pid), declared[name]).join(', ')}`);
      }
      return lines;
    } finally {
      await Promise.all(roles.map(({ role }) => role.stop()));
      await stack.stop();
    }
  },
};

/** Returns the ports that are open; throws where they are not those that are declared. */
export function compare(name: string, open: number[], declared: number[]): number[] {
  if (open.join() === declared.join()) return open;
  throw new Error(`${name} opens ${open.join(', ')}; its Deployment declares ${declared.join(', ')}`);
}

const atAddress = (variables: Record<string, string>, address: string) =>
  Object.fromEntries(
    Object.entries(variables).map(([name, value]) => [name, name.endsWith('_HOST') ? address : value]),
  );
