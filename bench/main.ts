import { SetupError } from '../deploy/local/setup-error.ts';

/** Measurements, each a file: `npm run bench -- NAME`. */
const benches: Record<string, () => Promise<{ run(args: string[]): Promise<void> }>> = {
  adapters: () => import('./adapters.ts'),
  analytics: () => import('./analytics.ts'),
  'barge-in': () => import('./barge-in.ts'),
  cache: () => import('./cache.ts'),
  capacity: () => import('./capacity.ts'),
  cost: () => import('./cost.ts'),
  growth: () => import('./growth.ts'),
  latency: () => import('./latency.ts'),
  load: () => import('./load.ts'),
  peers: () => import('./peers.ts'),
  resources: () => import('./resources.ts'),
  scaling: () => import('./scaling.ts'),
  stream: () => import('./stream.ts'),
  telemetry: () => import('./telemetry.ts'),
  'turn-cost': () => import('./turn-cost.ts'),
  turns: () => import('./turns.ts'),
};

const name = process.argv[2] ?? '';
const load = benches[name];
if (!load) {
  process.stderr.write(`name a benchmark: ${Object.keys(benches).join(', ')}\n`);
  process.exit(2);
}
try {
  await (await load()).run(process.argv.slice(3));
} catch (error) {
  if (!(error instanceof SetupError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
