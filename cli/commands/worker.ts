import { Command, Option } from '../clipanion.ts';
import { OrkestraCommand } from '../command.ts';
import { usageError } from '../error.ts';
import { suggestion } from '../nearest.ts';
import { quote } from '../settings-option.ts';
import { type WorkerName, workerNames } from '../../config/worker-names.ts';

/** Loaded when asked for: each brings its own engines along. */
const programs: Record<WorkerName, () => Promise<{ run(): Promise<void> }>> = {
  orchestrator: () => import('../../workers/orchestrator.ts'),
  gateway: () => import('../../workers/gateway.ts'),
  stt: () => import('../../workers/stt.ts'),
  llm: () => import('../../workers/llm.ts'),
  tts: () => import('../../workers/tts.ts'),
  cache: () => import('../../workers/cache.ts'),
  analytics: () => import('../../workers/analytics.ts'),
};

export class Worker extends OrkestraCommand {
  static override paths = [['worker']];

  static override usage = Command.Usage({
    description: 'run one worker in the foreground',
    details: `
      NAME is one of ${workerNames.join(', ')}. SIGTERM and Ctrl-C drain it: it finishes what it has begun.
    `,
    examples: [['Speech recognition', '$0 worker stt']],
  });

  name = Option.String({ name: 'NAME' });

  async run(): Promise<void> {
    const name = workerNames.find((name) => name === this.name);
    if (!name) {
      throw usageError(
        `There is no worker ${quote(this.name)}.${suggestion(this.name, workerNames)} The workers are ${workerNames.join(', ')}.`,
      );
    }
    const { run } = await programs[name]();
    await run();
  }
}
