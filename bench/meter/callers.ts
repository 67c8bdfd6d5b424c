import { type ChildProcess, fork } from 'node:child_process';
import { join } from 'node:path';
import { packageRoot } from '../../config/package.ts';
import type { CallersPlan, CallersResult, FromCallers, ToCallers } from './plan.ts';

/** Callers at work, in a process of their own. */
export interface RunningCallers {
  /** When all have heard their greeting. */
  greeted: Promise<void>;
  /** When all have hung up, or were lost. */
  over: Promise<CallersResult>;
  /** For callers without utterances. */
  hangUp(): void;
}

/** Starts them; `over` rejects where their process breaks. */
export function startCallers(plan: CallersPlan): RunningCallers {
  const child: ChildProcess = fork(join(packageRoot, 'dist', 'bench', 'meter', 'callers-program.js'));
  const tell = (message: ToCallers) => child.send(message);
  const ended = new Promise<never>((_, reject) => {
    child.once('exit', (code, signal) =>
      reject(new Error(`the callers' process ended: ${signal ?? `code ${code}`}`)),
    );
  });
  const message = <T extends FromCallers['type']>(type: T) =>
    Promise.race([
      ended,
      new Promise<Extract<FromCallers, { type: T }>>((resolve) => {
        child.on('message', (told: FromCallers) => {
          if (told.type === type) resolve(told as Extract<FromCallers, { type: T }>);
        });
      }),
    ]);
  const greeted = message('greeted').then(() => undefined);
  greeted.catch(() => undefined);
  const over = message('over').then(({ result }) => result);
  tell({ type: 'plan', plan });
  return { greeted, over, hangUp: () => tell({ type: 'hang-up' }) };
}

/** Throws where one of these calls was lost: figures of the others would be those of fewer calls. */
export function assertNoneLost({ calls }: CallersResult) {
  const lost = calls.filter((call) => call.lost);
  if (lost.length > 0) throw new Error(`${lost.length} of ${calls.length} calls were lost: ${lost[0]!.lost}`);
}
