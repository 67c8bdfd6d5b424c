import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { packageRoot } from '../../config/package.ts';
import { runCommand } from '../local/run-command.ts';
import { workerNames } from '../../config/worker-names.ts';
import { type Check, goProgram, must } from './check.ts';

/** The library that reads Compose files inside `docker compose`, for machines without that plugin. */
const READER = { module: 'github.com/compose-spec/compose-go/v2/cmd', version: 'v2.9.0' };

interface Service {
  healthcheck?: unknown;
  image: string;
  networks: Record<string, unknown>;
  deploy?: { resources?: { limits?: { cpus?: unknown; memory?: unknown } } };
  read_only?: boolean;
  user?: string;
}

/** docker-compose.yml, read as Docker does, and our own rules. */
export const checkCompose: Check = {
  name: 'compose',
  async run(report) {
    const secrets = mkdtempSync(join(tmpdir(), 'orkestra-secrets-'));
    try {
      for (const name of ['postgres-password', 'database-url', 'session-keys'])
        writeFileSync(join(secrets, name), 'none');
      const { reader, text } = await read({ ...process.env, ORKESTRA_SECRETS: secrets }, report);
      const { services } = JSON.parse(text) as { services: Record<string, Service> };
      const wrong = violations(services);
      if (wrong.length > 0) throw new Error(wrong.join('\n'));
      return [`${Object.keys(services).length} services, read by ${reader}`, 'not tried: a Docker engine'];
    } finally {
      rmSync(secrets, { recursive: true });
    }
  },
};

async function read(env: NodeJS.ProcessEnv, report: (line: string) => void) {
  const cwd = packageRoot;
  const profiles = ['loadbalancer', 'monitoring'];
  const asDocker = [
    'compose',
    ...profiles.flatMap((name) => ['--profile', name]),
    'config',
    '--format',
    'json',
  ];
  const docker = await runCommand('docker', ['compose', 'version'], { stuckAfterMs: 10_000 });
  if (docker.code === 0)
    return { reader: 'docker compose config', text: await must('docker', asDocker, { cwd, env }) };
  report('docker compose is not installed: building the library that it reads with');
  const program = await goProgram(READER.module, READER.version);
  const text = await must(program, ['-format', 'json', 'docker-compose.yml'], {
    cwd,
    env: { ...env, COMPOSE_PROFILES: profiles.join(',') },
  });
  return { reader: `compose-go ${READER.version}`, text };
}

/** The image's own health check counts for what runs from it. */
function violations(services: Record<string, Service>): string[] {
  const missing = workerNames.filter((name) => !services[name]).map((name) => `${name} is missing`);
  return [
    ...missing,
    ...Object.entries(services).flatMap(([name, service]) => {
      const wrong: string[] = [];
      const ours = service.image.startsWith('orkestra');
      if (!ours && !service.healthcheck) wrong.push('has no health check');
      if (ours && !service.read_only) wrong.push('may write to its root');
      if (!service.deploy?.resources?.limits?.memory) wrong.push('has no limits');
      if (name !== 'gateway' && name !== 'orchestrator' && ours && 'edge' in service.networks) {
        wrong.push('can be reached from the edge');
      }
      return wrong.map((what) => `${name} ${what}`);
    }),
  ];
}
