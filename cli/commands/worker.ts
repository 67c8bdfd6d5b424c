import { Command, Option } from '../clipanion.ts';
import { OrkestraCommand } from '../command.ts';
import { usageError } from '../error.ts';
import { suggestion } from '../nearest.ts';
import { quote } from '../settings-option.ts';
import { workerNames } from '../../config/worker-names.ts';
import { workerProgram } from '../../workers/programs.ts';

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
    const run = workerProgram(this.name);
    if (!run) {
      throw usageError(
        `There is no worker ${quote(this.name)}.${suggestion(this.name, workerNames)} The workers are ${workerNames.join(', ')}.`,
      );
    }
    await run();
  }
}
