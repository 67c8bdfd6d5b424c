import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { callRequestSchema } from '../call/request.ts';
import { type TemporalAccess, connectTemporal } from '../cli/connect-temporal.ts';
import { findPlaces, type Places } from '../cli/places.ts';
import { placeCall, type PlacedCall } from '../cli/place-call.ts';
import type { CallerLine } from '../cli/play-call.ts';
import type { CallSettingsPatch } from '../call/settings.ts';
import { type LocalWorkers, startWorkers } from '../deploy/local/workers.ts';

/** All of Orkestra's processes for one test file, on the tests' servers, on task queues of their own. */
export class System {
  private constructor(
    readonly workers: LocalWorkers,
    readonly places: Places,
    readonly temporal: TemporalAccess,
    private readonly folder: string,
  ) {}

  static async start(engines: Record<string, string> = {}): Promise<System> {
    const folder = mkdtempSync(join(tmpdir(), 'orkestra-test-'));
    const env = { ORKESTRA_TASK_QUEUE_PREFIX: `test-${randomUUID().slice(0, 8)}`, ...engines };
    const workers = await startWorkers({ env, folder, report: () => undefined });
    await workers.ready;
    Object.assign(process.env, workers.env);
    const places = findPlaces(undefined);
    return new System(workers, places, await connectTemporal(places), folder);
  }

  newSession = () => `test-${randomUUID().slice(0, 12)}`;

  /** Places a call and plays its caller; each line is spoken, or typed, once the reply before it has been heard. */
  call(
    lines: CallerLine[],
    session = this.newSession(),
    settings: CallSettingsPatch = {},
  ): Promise<PlacedCall> {
    const request = callRequestSchema.parse({ session, origin: 'cli', settings });
    const view = { turn: () => undefined };
    return placeCall(this.places, this.temporal, request, lines, view, new AbortController().signal);
  }

  async stop() {
    await this.temporal.close();
    await this.workers.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }
}
