import { access, constants, mkdir } from 'node:fs/promises';
import type { Redact } from '../activities/redact.ts';
import { Recorder } from '../activities/recording/recorder.ts';
import type { WorkerContext } from './run.ts';

/** How often pieces of calls that were terminated are looked for, ms. */
const SWEEP_MS = 3_600_000;

/** The recorder of calls, where a folder for it is configured. A folder that can't be used is said at once. */
export function openRecorder(
  { config, hub, log, draining }: WorkerContext,
  redact?: Redact,
): Recorder | undefined {
  const { folder } = config.recordings;
  if (!folder) return undefined;
  const complain = ({ message: reason }: Error) =>
    log.error({ folder, reason }, 'calls can’t be recorded: make the folder of ORKESTRA_RECORDINGS writable');
  mkdir(folder, { recursive: true })
    .then(() => access(folder, constants.W_OK))
    .catch(complain);
  const recorder = new Recorder(hub.redis, folder, log, redact);
  const timer = setInterval(() => void recorder.sweep().catch(complain), SWEEP_MS);
  draining.addEventListener('abort', () => clearInterval(timer));
  return recorder;
}
