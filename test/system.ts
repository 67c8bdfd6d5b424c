import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
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
    const env = {
      ORKESTRA_TASK_QUEUE_PREFIX: `test-${randomUUID().slice(0, 8)}`,
      ORKESTRA_SESSION_KEYS: `test:${randomBytes(32).toString('base64')}`,
      ...engines,
    };
    const workers = await startWorkers({ env, folder, report: () => undefined });
    try {
      await workers.ready;
    } catch (error) {
      await workers.stop();
      rmSync(folder, { recursive: true, force: true });
      throw error;
    }
    Object.assign(process.env, workers.env);
    const places = findPlaces(undefined);
    return new System(workers, places, await connectTemporal(places), folder);
  }

  /** All that the processes have logged, a line each. */
  logLines(): Record<string, unknown>[] {
    const texts = readdirSync(this.folder).map((name) => readFileSync(join(this.folder, name), 'utf8'));
    return texts.flatMap((text) => text.split('\n').filter(Boolean).map(parseLine));
  }

  /** What each process tells Prometheus now, by role. */
  async metrics(): Promise<Record<string, string>> {
    const asked = Object.entries(this.workers.healthUrls).map(async ([role, url]) => {
      const response = await fetch(`${url}/metrics`);
      return [role, await response.text()] as const;
    });
    return Object.fromEntries(await Promise.all(asked));
  }

  newSession = () => `test-${randomUUID().slice(0, 12)}`;

  /** Places a call and plays its caller; each line is spoken, or typed, once the reply before it has been heard. */
  call(
    lines: CallerLine[],
    session = this.newSession(),
    settings: CallSettingsPatch = {},
    who: { phone?: string; customer?: string } = {},
  ): Promise<PlacedCall> {
    const request = callRequestSchema.parse({ session, origin: 'cli', settings, ...who });
    const view = { turn: () => undefined };
    return placeCall(this.places, this.temporal, request, lines, view, new AbortController().signal);
  }

  async stop() {
    await this.temporal.close();
    await this.workers.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** A line that is not JSON comes from outside the logger. */
function parseLine(line: string): Record<string, unknown> {
  try {
    return JSON.parse(line) as Record<string, unknown>;
  } catch {
    return { msg: line };
  }
}
