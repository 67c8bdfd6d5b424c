import { existsSync, readdirSync } from 'node:fs';
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
import { CannotRun, type Check, must } from './check.ts';
import { declaredPorts } from './declared-ports.ts';
import { listeningPorts } from './listening.ts';
import { compare } from './ports.ts';
import { isOpen, startRole } from './role.ts';

const targets = ['orkestra', 'provisioned'] as const;
/** What builds or installs; Debian's own apt stays, of no use to a user without rights on a read-only root. */
const TOOLS =
  /^(npm|npx|corepack|yarn|pip3?|python[\d.]*|(g|c)?\+\+|g?cc|clang|cpp|make|cmake|git|curl|wget)$/;
const FOLDERS = ['usr/local/bin', 'usr/local/sbin', 'usr/bin', 'usr/sbin', 'bin', 'sbin'];

/** How this machine's package managers reach their packages, where that is configured, and where the image looks. */
const settings: (readonly [string, string])[] = [
  ['/etc/apt', '/etc/apt'],
  ['/usr/share/keyrings', '/usr/share/keyrings'],
  ['/etc/pip.conf', '/etc/pip.conf'],
  [join(homedir(), '.npmrc'), '/root/.npmrc'],
];

/** The images, really built, and every process started from them as Kubernetes would: no root, nothing writable. */
export const checkImages: Check = {
  name: 'images',
  what: 'both images, built; each process started without root, on a read-only root, and asked by its health command',
  how: 'buildah on a base from debootstrap, chroot',
  leavesOut: [
    {
      what: 'the published base image (node:24-bookworm-slim), a container engine’s own isolation',
      why: 'it takes a registry and an engine; the base here is Debian bookworm with the same Node',
    },
  ],
  async run(report) {
    for (const tool of ['buildah', 'debootstrap', 'unshare', 'chroot']) {
      if (!onPath(tool))
        throw new CannotRun(`${tool} is not installed: \`apt-get install buildah debootstrap\``);
    }
    if (process.getuid?.() !== 0) throw new CannotRun('images are built by root alone');
    const declared = declaredPorts();
    for (const port of new Set(Object.values(declared).flat())) {
      if (await isOpen(port)) throw new CannotRun(`port ${port} is in use on this machine`);
    }
    await clear();
    const base = await baseImage(report);
    try {
      const lines: string[] = [];
      for (const target of targets) {
        const started = Date.now();
        await build(target, base, (step) => report(`${target}: ${step}`));
        const took = ((Date.now() - started) / 1_000).toFixed(0);
        lines.push(
          `${target}: ${await sizeOf(target)}, ${await sizeOf(base)} of them its base; built in ${took} s`,
        );
      }
      return [...lines, ...(await startEach(declared, report))];
    } finally {
      await clear();
    }
  },
};

/** Takes away what an earlier run, or this one, left of its work: containers, and layers without a name. */
async function clear() {
  await buildah(['rm', '--all']);
  await buildah(['rmi', '--prune']);
}

async function build(target: string, base: string, onStep: (step: string) => void) {
  const npmrc = await must('npm', ['config', 'get', 'globalconfig', '--silent']);
  const volumes = [...settings, [npmrc, '/usr/local/etc/npmrc'] as const]
    .filter(([path]) => existsSync(path))
    .flatMap(([path, inside]) => ['--volume', `${path}:${inside}:ro`]);
  const file = join(packageRoot, 'deploy/docker/Dockerfile');
  const args = ['bud', '--format', 'docker', '--layers', '--build-arg', `BASE=${base}`, ...volumes];
  return buildah([...args, '--target', target, '--tag', target, '--file', file, packageRoot], onStep);
}

async function sizeOf(image: string): Promise<string> {
  const [found] = JSON.parse(await buildah(['images', '--json', image])) as { size: string }[];
  return found!.size;
}

async function startEach(declared: Record<WorkerName, number[]>, report: Report): Promise<string[]> {
  const container = await buildah(['from', 'provisioned']);
  const root = await buildah(['mount', container]);
  const stack = await startStack({ report, fresh: true });
  try {
    const image = JSON.parse(await buildah(['inspect', container])) as Inspected;
    const { User, Healthcheck, Env } = image.Docker.config;
    if (User !== '10001:10001') throw new Error(`the image runs as ${User}`);
    const left = FOLDERS.flatMap((at) => readdirSync(join(root, at)).filter((name) => TOOLS.test(name)));
    if (left.length > 0) throw new Error(`the image still holds ${left.join(', ')}`);
    const [, ...check] = Healthcheck.Test;
    const own = Object.fromEntries(Env.map((entry) => entry.split(/=(.*)/s).slice(0, 2)));
    const { ORKESTRA_MODELS: _, ...servers } = stack.env;
    const lines = [`no build tools in it: no npm, compiler, make, Python, git`];
    for (const role of workerNames) {
      report(`starting ${role} from the image`);
      const env = {
        PATH: process.env.PATH,
        ...own,
        ...servers,
        ORKESTRA_API_HOST: '0.0.0.0',
        ORKESTRA_API_PORT: '8090',
        ORKESTRA_GATEWAY_OPEN: 'true',
      };
      lines.push(await startFromImage(role, root, check, env, declared[role]));
    }
    return lines;
  } finally {
    await stack.stop();
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

async function startFromImage(
  role: WorkerName,
  root: string,
  check: string[],
  env: NodeJS.ProcessEnv,
  declared: number[],
) {
  const [program, ...checkArgs] = inImage(root, check);
  const isHealthy = async () =>
    (await runCommand(program!, checkArgs, { env, stuckAfterMs: 10_000 })).code === 0;
  const started = Date.now();
  const [command, ...args] = inImage(root, ['node', '/app/dist/cli/main.js', 'worker', role]);
  const process = startRole([command!, ...args], { env, isHealthy });
  try {
    await process.ready();
    const took = ((Date.now() - started) / 1_000).toFixed(1);
    const ports = compare(role, listeningPorts(process.pid), declared);
    const code = await process.stop();
    if (code !== 0) throw new Error(`${role} ended with ${code} when asked to drain:\n${process.output()}`);
    return `${role}: healthy in ${took} s as user 10001 on a read-only root; ports ${ports.join(', ')}; drained`;
  } finally {
    await process.stop();
  }
}
