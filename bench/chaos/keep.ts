import { copyFileSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import { Redis } from 'ioredis';
import { workflowIdOf } from '../../call/request.ts';
import { streamKey } from '../../stream/keys.ts';
import type { Platform } from './platform.ts';
import type { FaultResult } from './trials.ts';

/** Calls that are kept of one fault. */
const MOST = 20;

/** Keeps what there is of the calls in which something did not hold, and the logs of all processes, in a folder. */
export async function keepBroken(platform: Platform, result: FaultResult, folder: string): Promise<void> {
  const into = join(folder, result.fault.name);
  mkdirSync(into, { recursive: true });
  for (const name of readdirSync(platform.keeper.folder).filter((each) => each.endsWith('.log'))) {
    copyFileSync(join(platform.keeper.folder, name), join(into, name));
  }
  writeFileSync(join(into, 'violations.json'), JSON.stringify(result.violations, undefined, 2));
  writeFileSync(join(into, 'struck.json'), JSON.stringify(result.struck));
  const connection = Connection.lazy({ address: platform.temporalAddress });
  const client = new Client({ connection });
  const redis = new Redis(platform.servers.redis.port);
  const broken = new Set(result.violations.map(({ session }) => session));
  for (const session of [...broken].slice(0, MOST)) {
    const entries = await redis.xrange(streamKey(session, 'events'), '-', '+');
    const events = entries.map(([id, fields]) => `${id} ${fields[1]}`).join('\n');
    writeFileSync(join(into, `${session}.events`), `${events}\n`);
    const history = await client.workflow
      .getHandle(workflowIdOf(session))
      .fetchHistory()
      .then(historyToJSON, () => undefined);
    const evidence = result.evidence.find(({ log }) => log.session === session);
    writeFileSync(join(into, `${session}.json`), JSON.stringify({ evidence, history }, undefined, 1));
  }
  redis.disconnect();
  await connection.close();
}
