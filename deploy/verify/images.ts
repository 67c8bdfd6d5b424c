import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { packageRoot } from '../../config/package.ts';
import { runCommand } from '../local/run-command.ts';
import type { Report } from '../local/setup-error.ts';
import { onPath } from '../local/program.ts';
import { startStack } from '../local/stack.ts';
import { type WorkerName, workerNames } from '../../config/worker-names.ts';
import { baseImage } from './base-image.ts';
import { buildah } from './buildah.ts';
import { CannotRun, type Check } from './check.ts';
import { isOpen, startRole } from './role.ts';

const targets = ['orkestra', 'provisioned'] as const;
const HEALTH_PORT = 9464;
/** What a Service or a policy names, beside health: each role opens its own, and no other. */
const PORTS: Partial<Record<WorkerName, number>> = { gateway: 8080, orchestrator: 8090 };
const TOOLS = ['npm', 'npx', 'corepack', 'yarn', 'pip', 'pip3', 'python3', 'gcc', 'cc', 'make', 'git'];

/** How this machine's package managers reach their packages, where that is configured. */
const settings = ['/etc/apt', '/usr/share/keyrings', '/etc/pip.conf', join(homedir(), '.npmrc')];

/** The images, really built, and every process started from them as Kubernetes would: no root, nothing writable. */
export const checkImages: Check = {
  name: 'images',
  async run(report) {
    for (const tool of ['buildah', 'debootstrap', 'unshare', 'chroot']) {
      if (!onPath(tool)) throw new CannotRun(`${tool} is not installed`);
    }
    if (process.getuid?.() !== 0) throw new CannotRun('images are built by root alone');
    for (const port of [HEALTH_PORT, ...Object.values(PORTS)]) {
      if (await isOpen(port)) throw new CannotRun(`port ${port} is in use on this machine`);
    }
    const base = await baseImage(report);
    const lines: string[] = [];
    for (const target of targets) {
      report(`building ${target}`);
      await build(target, base);
      lines.push(`${target}: ${await sizeOf(target)} with its base, ${await sizeOf(base)}`);
    }
    return [
      ...lines,
      ...(await startEach(report)),
      'not tried: a container engine, the published base image',
    ];
  },
};

function build(target: string, base: string) {
  const volumes = settings
    .filter((path) => existsSync(path))
    .flatMap((path) => ['--volume', `${path}:${path === settings.at(-1) ? '/root/.npmrc' : path}:ro`]);
  const file = join(packageRoot, 'deploy/docker/Dockerfile');
  const args = ['bud', '--format', 'docker', '--layers', '--build-arg', `BASE=${base}`, ...volumes];
  return buildah([...args, '--target', target, '--tag', target, '--file', file, packageRoot], 900_000);
}

async function sizeOf(image: string): Promise<string> {
  const [found] = JSON.parse(await buildah(['images', '--json', image])) as { size: string }[];
  return found!.size;
}

async function startEach(report: Report): Promise<string[]> {
  const container = await buildah(['from', 'provisioned']);
  const root = await buildah(['mount', container]);
  const stack = await startStack({ report, fresh: true });
  try {
    const image = JSON.parse(await buildah(['inspect', container])) as Inspected;
    const { User, Healthcheck, Env } = image.Docker.config;
    if (User !== '10001:10001') throw new Error(`the image runs as ${User}`);
    const left = TOOLS.filter((tool) =>
      ['usr/local/bin', 'usr/bin', 'bin'].some((at) => existsSync(join(root, at, tool))),
    );
    if (left.length > 0) throw new Error(`the image still holds ${left.join(', ')}`);
    const [, ...check] = Healthcheck.Test;
    const own = Object.fromEntries(Env.map((entry) => entry.split(/=(.*)/s).slice(0, 2)));
    const { ORKESTRA_MODELS: _, ...servers } = stack.env;
    const lines: string[] = [];
    for (const role of workerNames) {
      report(`starting ${role} from the image`);
      const env = {
        PATH: process.env.PATH,
        ...own,
        ...servers,
        ORKESTRA_API_HOST: '127.0.0.1',
        ORKESTRA_API_PORT: '8090',
        ORKESTRA_GATEWAY_OPEN: 'true',
      };
      lines.push(await startFromImage(role, root, check, env));
    }
    return lines;
  } finally {
    await stack.stop();
    await buildah(['rm', container]);
  }
}

interface Inspected {
  Docker: { config: { User: string; Env: string[]; Healthcheck: { Test: string[] } } };
}

/** A mount namespace in which the image is read-only but for /tmp, then the image's user in it. */
const ENTER = `
  mount --bind "$1" "$1" && mount -o remount,bind,ro "$1" &&
  mount -t tmpfs -o size=64m tmpfs "$1/tmp" && mount -t proc proc "$1/proc" && mount --bind /dev "$1/dev" &&
  root="$1" && shift && exec chroot --userspec=10001:10001 "$root" "$@"`;

const inImage = (root: string, command: readonly string[]) =>
  ['unshare', '--mount', '--propagation', 'private', 'sh', '-c', ENTER, 'sh', root, ...command] as const;

async function startFromImage(role: WorkerName, root: string, check: string[], env: NodeJS.ProcessEnv) {
  const [program, ...checkArgs] = inImage(root, check);
  const isHealthy = async () =>
    (await runCommand(program!, checkArgs, { env, stuckAfterMs: 10_000 })).code === 0;
  const started = Date.now();
  const [command, ...args] = inImage(root, ['node', '/app/dist/cli/main.js', 'worker', role]);
  const process = startRole([command!, ...args], { env, isHealthy });
  try {
    await process.ready();
    const took = ((Date.now() - started) / 1_000).toFixed(1);
    for (const [owner, port] of Object.entries(PORTS)) {
      if ((await isOpen(port)) !== (owner === role)) {
        throw new Error(`${role} ${owner === role ? 'does not open' : 'opens'} port ${port}`);
      }
    }
    const code = await process.stop();
    if (code !== 0) throw new Error(`${role} ended with ${code} when asked to drain:\n${process.output()}`);
    return `${role}: healthy in ${took} s as user 10001 on a read-only root; drained, exit code 0`;
  } finally {
    await process.stop();
  }
}
