import type { Redis } from 'ioredis';

/** What a Redis has done so far. */
export interface RedisCounts {
  commands: number;
  /** In and out. */
  bytes: number;
  /** Calls by command. */
  byCommand: Record<string, number>;
}

/** Commands inside of scripts count, and so does the script. */
export async function redisCounts(redis: Redis): Promise<RedisCounts> {
  const [commands, stats] = await Promise.all([redis.info('commandstats'), redis.info('stats')]);
  const byCommand: Record<string, number> = {};
  for (const [, name, calls] of commands.matchAll(/^cmdstat_([^:]+):calls=(\d+)/gm)) {
    byCommand[name!] = Number(calls);
  }
  const of = (name: string) => Number(new RegExp(`^${name}:(\\d+)`, 'm').exec(stats)![1]);
  return {
    commands: Object.values(byCommand).reduce((sum, calls) => sum + calls, 0),
    bytes: of('total_net_input_bytes') + of('total_net_output_bytes'),
    byCommand,
  };
}
