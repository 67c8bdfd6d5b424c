import { createServer, type ServerResponse } from 'node:http';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { connectTemporal } from '../cli/connect-temporal.ts';
import { absentWorkers } from '../cli/pollers.ts';
import { findPlaces } from '../cli/places.ts';
import { startWorkers } from '../deploy/local/workers.ts';

test('a worker is ready, and takes work, only once its engine is warm', async () => {
  // An engine that is warm when we say so: an endpoint that holds its answers.
  const held: ServerResponse[] = [];
  let warm = false;
  const sound = (response: ServerResponse) =>
    response.writeHead(200, { 'content-type': 'audio/pcm' }).end(Buffer.alloc(4_800, 64));
  const engine = createServer((_, response) => (warm ? sound(response) : void held.push(response)));
  engine.listen(0, '127.0.0.1');
  await once(engine, 'listening');
  const { port } = engine.address() as AddressInfo;
  const folder = mkdtempSync(join(tmpdir(), 'orkestra-warm-'));
  const prefix = `warm-${crypto.randomUUID().slice(0, 8)}`;
  const workers = await startWorkers({
    names: ['tts'],
    env: {
      ORKESTRA_TASK_QUEUE_PREFIX: prefix,
      ORKESTRA_TTS: 'openai',
      OPENAI_BASE_URL: `http://127.0.0.1:${port}/v1`,
      OPENAI_API_KEY: 'none',
    },
    folder,
    report: () => undefined,
  });
  const temporal = await connectTemporal(findPlaces(undefined));
  try {
    const status = async (path: string) => (await fetch(workers.healthUrls.tts + path)).status;
    await expect.poll(() => held.length, { timeout: 60_000 }).toBe(1);
    expect([await status('/health/live'), await status('/health/ready')]).toEqual([200, 503]);
    expect(await absentWorkers(temporal, prefix)).toContain('tts');
    warm = true;
    for (const response of held) sound(response);
    await workers.ready;
    expect(await status('/health/ready')).toBe(200);
    await expect.poll(() => absentWorkers(temporal, prefix)).not.toContain('tts');
  } finally {
    await temporal.close();
    await workers.stop();
    engine.closeAllConnections();
    engine.close();
    rmSync(folder, { recursive: true, force: true });
  }
});
