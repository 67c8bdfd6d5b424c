import { Command } from '../clipanion.ts';
import { loadConfig } from '../../config/load.ts';
import { provision } from '../../deploy/local/provision.ts';
import { OrkestraCommand } from '../command.ts';

export class Provision extends OrkestraCommand {
  static override paths = [['provision']];

  static override usage = Command.Usage({
    description: 'fetch the models',
    details: `
      Puts the models for hearing, speaking and routing into the cache folder, each file checked by its SHA-256.
      What is there already is left alone; what was interrupted goes on.
    `,
  });

  async run(): Promise<void> {
    const { folder } = loadConfig().models;
    await provision({ folder, report: (line) => this.note(line) });
    this.print(`The models are in ${folder}.`);
  }
}
