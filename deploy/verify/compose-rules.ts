import { type WorkerName, workerNames } from '../../config/worker-names.ts';
import { drainSeconds } from './drain-times.ts';

/** A service as `docker compose config` prints it; only what the rules look at. */
export interface Service {
  image: string;
  healthcheck?: unknown;
  networks?: Record<string, unknown>;
  deploy?: { resources?: Partial<Record<'limits' | 'reservations', { cpus?: unknown; memory?: unknown }>> };
  read_only?: boolean;
  /** As in `1h1m0s`. */
  stop_grace_period?: string;
  cap_drop?: string[];
  ports?: { target: number; host_ip?: string }[];
  environment?: Record<string, string | null>;
}

/** Whom callers and operators reach; everyone else is behind. */
const ON_EDGE = ['gateway', 'orchestrator', 'nginx', 'temporal-ui', 'grafana'];
/** What may be reached from other machines. */
const PUBLIC = ['gateway', 'nginx'];
const SECRET = /KEY|TOKEN|PASSWORD|SECRET/;

/** What is against our own rules, a sentence each. `declared` are the ports that each process opens. */
export function violations(
  services: Record<string, Service>,
  declared: Record<string, readonly number[]>,
): string[] {
  const missing = workerNames.filter((name) => !services[name]).map((name) => `${name} is missing`);
  const wrong = Object.entries(services).flatMap(([name, service]) =>
    [
      ...bounds(service),
      ...locks(service),
      ...drains(name, service),
      ...doors(name, service, declared[name]),
    ].map((what) => `${name} ${what}`),
  );
  return [...missing, ...wrong];
}

const isOurs = ({ image }: Service) => image.startsWith('orkestra');

function bounds({ deploy }: Service): string[] {
  return (['cpus', 'memory'] as const)
    .filter((what) => !deploy?.resources?.limits?.[what])
    .map((what) => `has no limit of ${what}`);
}

/** The image's own health check counts for what runs from it. */
function locks(service: Service): string[] {
  if (!isOurs(service)) return service.healthcheck ? [] : ['has no health check'];
  const wrong: string[] = [];
  if (!service.read_only) wrong.push('may write to its root');
  if (!service.cap_drop?.includes('ALL')) wrong.push('keeps capabilities');
  const open = Object.entries(service.environment ?? {}).filter(
    ([key, value]) => SECRET.test(key) && !key.endsWith('_FILE') && value,
  );
  return [...wrong, ...open.map(([key]) => `has ${key} written in its file`)];
}

function drains(name: string, { stop_grace_period: grace = '10s' }: Service): string[] {
  const needed = drainSeconds[name as WorkerName];
  if (needed === undefined || seconds(grace) > needed) return [];
  return [`is killed before it has drained, which takes up to ${needed} s`];
}

const SECONDS = { h: 3_600, m: 60, s: 1 };
const seconds = (duration: string) =>
  [...duration.matchAll(/(\d+)([hms])/g)].reduce(
    (sum, [, count, unit]) => sum + Number(count) * SECONDS[unit as keyof typeof SECONDS],
    0,
  );

function doors(name: string, { networks = {}, ports = [] }: Service, declared?: readonly number[]): string[] {
  const wrong: string[] = [];
  if ('edge' in networks && !ON_EDGE.includes(name)) wrong.push('can be reached from the edge');
  for (const { target, host_ip } of ports) {
    if (host_ip !== '127.0.0.1' && !PUBLIC.includes(name)) wrong.push(`opens port ${target} to everyone`);
    if (declared && !declared.includes(target))
      wrong.push(`has a port ${target} that its process never opens`);
  }
  return wrong;
}
