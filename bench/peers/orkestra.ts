import { peerSettings } from '../peer-settings.ts';
import { everybodyLetIn, type Platform, startPlatform } from '../platform.ts';
import type { Contender } from './contender.ts';
import { orkestraDelays } from './delays.ts';

/** All of it, one process a worker, with Temporal, Redis and Postgres. */
export async function startOrkestra(): Promise<Contender & { platform: Platform }> {
  const delays = await orkestraDelays();
  const platform = await startPlatform({ engines: everybodyLetIn });
  return {
    name: 'Orkestra',
    url: platform.twilioUrl,
    customParameters: peerSettings,
    processes: () => platform.processes(),
    delays,
    stop: () => platform.stop(),
    platform,
  };
}
