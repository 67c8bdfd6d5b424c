import { randomUUID } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startWorkers } from '../../deploy/local/workers.ts';
import { startStack } from '../../deploy/local/stack.ts';
import { report } from '../platform.ts';
import { type Door, Fault } from './door.ts';
import { apiDoor } from './doors/api.ts';
import { cliDoor } from './doors/cli.ts';
import { messagesDoor } from './doors/messages.ts';
import { rawDoor } from './doors/raw.ts';
import { redisDoor } from './doors/redis.ts';
import { socketDoor } from './doors/sockets.ts';
import { telephoneDoor } from './doors/telephone.ts';
import { HealthyCall } from './healthy-call.ts';

/** Real processes, how to reach them, and what must not have happened in them. */
export interface Target {
  gateway: string;
  api: string;
  env: Record<string, string>;
}

/** All of Orkestra with engines that cost nothing, and a telephone account whose signatures can be made. */
const ENGINES = {
  ORKESTRA_STT: 'scripted',
  ORKESTRA_LLM: 'scripted',
  ORKESTRA_TTS: 'scripted',
  ORKESTRA_EMBEDDING: 'scripted',
  ORKESTRA_LOG_LEVEL: 'warn',
  // What comes behind the door is tried here; tokens have tests of their own.
  ORKESTRA_GATEWAY_OPEN: 'true',
  ORKESTRA_API_REQUESTS_PER_MINUTE: '1000000',
  ORKESTRA_GATEWAY_CALLERS: '500',
  ORKESTRA_GATEWAY_SLOW_MS: '60000',
  TWILIO_ACCOUNT_SID: `AC${'0'.repeat(32)}`,
  TWILIO_AUTH_TOKEN: 'a token of tests',
  TWILIO_FROM: '+14155550100',
  TWILIO_API_URL: 'http://127.0.0.1:9',
  ORKESTRA_PUBLIC_URL: 'https://voice.example.com',
};
/** Said by a process of something that it did not expect. */
const SURPRISES = /could not be handled|an API request failed|unhandled|TypeError|RangeError|Cannot read/;

export interface FuzzedSystem {
  doors: Door[];
  /** Looks whether all is as it was; how the healthy call went. Throws Fault. */
  settle(): Promise<string | undefined>;
  close(): Promise<void>;
}

/** Brings it all up, where one of its doors is wanted, with a healthy call on the line. */
export async function openSystem(wanted: (door: Door) => boolean, seed: number): Promise<FuzzedSystem> {
  const makers = [apiDoor, rawDoor, telephoneDoor, socketDoor, messagesDoor, redisDoor, cliDoor];
  if (!makers.some(({ title }) => wanted({ name: title } as Door))) {
    return { doors: [], settle: async () => undefined, close: async () => undefined };
  }
  const stack = await startStack({ report, fresh: true });
  const folder = mkdtempSync(join(tmpdir(), 'orkestra-fuzz-'));
  const env = { ORKESTRA_TASK_QUEUE_PREFIX: `fuzz-${randomUUID().slice(0, 8)}`, ...stack.env, ...ENGINES };
  const stopping: (() => unknown)[] = [() => rmSync(folder, { recursive: true, force: true }), stack.stop];
  const close = async () => {
    for (let step = stopping.pop(); step; step = stopping.pop()) await step();
  };
  try {
    const workers = await startWorkers({ env, folder, report: () => undefined });
    stopping.push(() => workers.stop());
    await workers.ready;
    Object.assign(process.env, workers.env);
    const pids = JSON.stringify(workers.pids());
    const target = { gateway: workers.gatewayUrl, api: workers.apiUrl, env: workers.env };
    const healthy = await HealthyCall.begin(`${target.gateway}/pcm`, `healthy-${seed}`);
    const doors: Door[] = [];
    for (const make of makers.filter(({ title }) => wanted({ name: title } as Door))) {
      doors.push(await make.open(target));
    }
    return {
      doors,
      async settle() {
        const told = await healthy.end();
        const now = JSON.stringify(workers.pids());
        if (now !== pids) throw new Fault(`a process died: they were ${pids}, and are ${now}`);
        const surprises = readdirSync(folder).flatMap((name) =>
          readFileSync(join(folder, name), 'utf8')
            .split('\n')
            .filter((line) => SURPRISES.test(line)),
        );
        if (surprises.length > 0) {
          throw new Fault(`${surprises.length} surprises in the logs, like ${surprises[0]!.slice(0, 1_000)}`);
        }
        return told;
      },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}
