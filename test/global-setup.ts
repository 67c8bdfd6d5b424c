import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { loadConfig } from '../config/load.ts';
import { provision } from '../deploy/local/provision.ts';
import { startStack } from '../deploy/local/stack.ts';

const bootstrap = fileURLToPath(new URL('../deploy/local/bootstrap.mjs', import.meta.url));
const report = (line: string) => process.stderr.write(`${line}\n`);

/**
 * Gives all tests one Temporal, Redis and Postgres of their own, the models, and the compiled programs. Tests find
 * them by the variables that Orkestra itself reads. Returns what ends them.
 */
export default async function setUp(): Promise<() => Promise<void>> {
  // Tests start workers as processes, and the stack starts one of our programs: those run compiled.
  const build = spawnSync(process.execPath, [bootstrap, 'build'], { stdio: ['ignore', 2, 2] });
  if (build.status !== 0) report('The build failed: programs run as they were compiled last.');
  const [stack] = await Promise.all([
    startStack({ report, fresh: true }),
    provision({ folder: loadConfig().models.folder, report }),
  ]);
  // A busy machine that runs tests would have callers turned away; and most tests are of other things than who may call.
  const env = { ORKESTRA_GATEWAY_SLOW_MS: '60000', ORKESTRA_GATEWAY_OPEN: 'true' };
  Object.assign(process.env, stack.env, env);
  return () => stack.stop();
}
