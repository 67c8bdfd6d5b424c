import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { once } from 'node:events';
import { WebSocket } from 'ws';
import { packageRoot } from '../../config/package.ts';
import { onPath } from '../local/program.ts';
import { freePort } from '../local/ports.ts';
import { startStack } from '../local/stack.ts';
import { CannotRun, type Check, must } from './check.ts';
import { answers, type Role, startRole } from './role.ts';

const CALLERS = 12;

/** The load balancer's configuration in a real nginx, before two real gateways. */
export const checkNginx: Check = {
  name: 'nginx',
  what: 'the load balancer: configuration, the call page, sessions that stay with their gateway',
  how: 'nginx before two gateways',
  leavesOut: [],
  async run(report) {
    const nginx = onPath('nginx') ?? onPath('/usr/sbin/nginx');
    if (!nginx) throw new CannotRun('nginx is not installed');
    const folder = mkdtempSync(join(tmpdir(), 'orkestra-nginx-'));
    const stack = await startStack({ report, fresh: true });
    const roles: Role[] = [];
    try {
      const gateways = await Promise.all([1, 2].map(() => startGateway(stack.env)));
      roles.push(...gateways.map(({ role }) => role));
      await Promise.all(roles.map((role) => role.ready()));

      const port = await freePort();
      const config = join(folder, 'nginx.conf');
      writeFileSync(
        config,
        configuration(
          folder,
          port,
          gateways.map((gateway) => gateway.port),
        ),
      );
      await must(nginx, ['-t', '-c', config]);
      const balancer = startRole([nginx, '-c', config, '-g', 'daemon off;'], {
        env: process.env,
        isHealthy: () => answers(`http://127.0.0.1:${port}/nginx/health`),
      });
      roles.unshift(balancer);
      await balancer.ready();

      if (!(await answers(`http://127.0.0.1:${port}/`)))
        throw new Error('the call page does not come through');
      const again = await placesOf(port, gateways, () => 'same');
      if (new Set(again).size !== 1)
        throw new Error(`one session went to several gateways: ${again.join(', ')}`);
      const spread = await placesOf(port, gateways, (nth) => `session-${nth}`);
      if (new Set(spread).size !== 2) throw new Error('all sessions went to one gateway');
      return [
        `${(await must(nginx, ['-v'])).replace('nginx version: ', '')} takes the configuration`,
        `${CALLERS} WebSockets of one session reach one gateway of two, ${CALLERS} of as many sessions both`,
      ];
    } finally {
      for (const role of roles) await role.stop();
      await stack.stop();
      rmSync(folder, { recursive: true });
    }
  },
};

async function startGateway(servers: Record<string, string>) {
  const [port, health] = [await freePort(), await freePort()];
  const role = startRole([process.execPath, join(packageRoot, 'dist/cli/main.js'), 'worker', 'gateway'], {
    env: {
      ...process.env,
      ...servers,
      ORKESTRA_GATEWAY_HOST: '127.0.0.1',
      ORKESTRA_GATEWAY_PORT: String(port),
      ORKESTRA_GATEWAY_OPEN: 'true',
      ORKESTRA_HEALTH_PORT: String(health),
    },
    isHealthy: () => answers(`http://127.0.0.1:${health}/health/ready`),
  });
  return { role, port, health };
}

/** What nginx's image makes of the template, as the one server of an nginx without root's rights. */
function configuration(folder: string, port: number, gateways: number[]): string {
  const template = readFileSync(join(packageRoot, 'deploy/nginx/orkestra.conf.template'), 'utf8');
  const servers = gateways.map((gateway) => `server 127.0.0.1:${gateway} max_fails`);
  const server = template
    .replace(
      'server ${GATEWAY} max_fails=2 fail_timeout=5s;',
      servers.map((one) => `${one}=2 fail_timeout=5s;`).join(' '),
    )
    .replace('listen 8000;', `listen 127.0.0.1:${port};`);
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (kind) => `${kind}_temp_path ${folder}/${kind};`,
  );
  return [
    `pid ${folder}/nginx.pid;`,
    `error_log ${folder}/error.log;`,
    'worker_processes 1;',
    'events { worker_connections 512; }',
    `http { access_log off; ${temporary.join(' ')} ${server} }`,
  ].join('\n');
}

/** Which gateway each of some callers is connected to, told by the gateways' own count. */
async function placesOf(
  port: number,
  gateways: { health: number }[],
  session: (nth: number) => string,
): Promise<number[]> {
  const places: number[] = [];
  for (let nth = 0; nth < CALLERS; nth += 1) {
    const socket = new WebSocket(`ws://127.0.0.1:${port}/pcm?session=${session(nth)}`);
    await once(socket, 'open');
    const counts = await Promise.all(gateways.map(({ health }) => callersOf(health)));
    places.push(counts.indexOf(1));
    socket.terminate();
    while ((await Promise.all(gateways.map(({ health }) => callersOf(health)))).some((count) => count > 0));
  }
  return places;
}

async function callersOf(health: number): Promise<number> {
  const text = await (await fetch(`http://127.0.0.1:${health}/metrics`)).text();
  return Number(/^orkestra_gateway_callers\b.* (\d+)$/m.exec(text)?.[1]);
}
