import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { packageRoot } from '../../config/package.ts';
import { runCommand } from '../local/run-command.ts';
import { type Check, goProgram, must } from './check.ts';
import { type Service, violations } from './compose-rules.ts';
import { declaredPorts } from './declared-ports.ts';

/** The library that reads Compose files inside `docker compose`, for machines without that plugin. */
const READER = { module: 'github.com/compose-spec/compose-go/v2/cmd', version: 'v2.9.0' };

/** docker-compose.yml, read as Docker does, and our own rules. */
export const checkCompose: Check = {
  name: 'compose',
  what: 'docker-compose.yml with all its profiles, and our rules',
  how: 'docker compose config, or the library that it reads with',
  leavesOut: [
    {
      what: 'docker compose up; the health commands of images that are not ours',
      why: 'it takes a Docker engine and images from a registry',
    },
  ],
  async run(report) {
    const secrets = mkdtempSync(join(tmpdir(), 'orkestra-secrets-'));
    try {
      for (const name of ['postgres-password', 'database-url', 'session-keys'])
        writeFileSync(join(secrets, name), 'none');
      const { reader, text } = await read(
        { PATH: process.env.PATH, HOME: process.env.HOME, ORKESTRA_SECRETS: secrets },
        report,
      );
      const { services } = JSON.parse(text) as { services: Record<string, Service> };
      const wrong = violations(services, declaredPorts());
      if (wrong.length > 0) throw new Error(wrong.join('\n'));
      return [`${Object.keys(services).length} services, read by ${reader}`];
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
