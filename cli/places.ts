import { loadConfig } from '../config/load.ts';
import { type Config, configSchema } from '../config/schema.ts';
import { temporalConnection } from '../config/temporal.ts';
import { readRunningStack, type StackInfo } from '../deploy/local/running-stack.ts';

/** Where the parts of Orkestra are. */
export interface Places {
  config: Config;
  temporal: ReturnType<typeof temporalConnection>;
  /** The gateway's plain WebSocket. */
  gatewayUrl: string;
  /** Base URL of Temporal's Web UI, where it is known. */
  temporalUi?: string;
}

/**
 * Places from the configuration; where it leaves them open, those of `stack`, which is the local stack that runs on
 * this machine. A stack that the configuration contradicts is another system's, and none of it is used. Throws
 * ConfigError.
 */
export function findPlaces(stack: StackInfo | undefined = readRunningStack()): Places {
  const ours = stack && !isContradicted(stack) ? stack : undefined;
  // Temporal's own configuration reads the process' environment and nothing else.
  if (ours) Object.assign(process.env, ours.env);
  const config = loadConfig();
  return {
    config,
    temporal: temporalConnection(),
    gatewayUrl: `ws://${connectable(config.gateway.host)}:${config.gateway.port}/pcm`,
    temporalUi: ours?.temporalUi,
  };
}

/** Whether an address that someone chose, by variable or file, is not the stack's. */
function isContradicted(stack: StackInfo): boolean {
  const config = loadConfig();
  const defaults = configSchema.parse({});
  const chosen = {
    TEMPORAL_ADDRESS: unless(temporalConnection().connectionOptions.address, '127.0.0.1:7233'),
    REDIS_URL: unless(config.redis.url, defaults.redis.url),
    DATABASE_URL: unless(config.postgres.url, defaults.postgres.url),
    ORKESTRA_GATEWAY_PORT: unless(String(config.gateway.port), String(defaults.gateway.port)),
  };
  return Object.entries(chosen).some(([name, value]) => {
    const wanted = process.env[name] || value;
    return wanted !== undefined && wanted !== stack.env[name];
  });
}

const unless = (value: string, usual: string) => (value === usual ? undefined : value);

/** An address to listen on is not always one to connect to. */
const connectable = (host: string) => (host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host);
