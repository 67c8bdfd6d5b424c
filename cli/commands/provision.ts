import { Command, Option } from '../clipanion.ts';
import { loadConfig } from '../../config/load.ts';
import { optionalModels, shippedManifest } from '../../deploy/local/manifest.ts';
import { provision } from '../../deploy/local/provision.ts';
import { provisionLlama } from '../../deploy/local/llama.ts';
import { OrkestraCommand } from '../command.ts';
import { usageError } from '../error.ts';
import { quote } from '../settings-option.ts';

export class Provision extends OrkestraCommand {
  static override paths = [['provision']];

  static override usage = Command.Usage({
    description: 'fetch the models',
    details: `
      Puts the models for hearing, speaking and routing into the cache folder, each file checked by its SHA-256.
      What is there already is left alone; what was interrupted goes on. Models for engines that are not configured
      (kokoro, a finer and slower voice; llama, the program for GGUF language models) are fetched with --with.
    `,
  });

  with = Option.Array('--with', [], { description: 'a model to fetch too, such as kokoro; may be repeated' });

  async run(): Promise<void> {
    const { models, engines } = loadConfig();
    const { folder } = models;
    const manifest = shippedManifest([...optionalModels(engines), ...this.with]);
    const llama = this.with.includes('llama') || [engines.llm, engines.llmFallback].includes('llama');
    const unknown = this.with.find((name) => !manifest[name] && name !== 'llama');
    if (unknown !== undefined) throw usageError(`--with: there is no model ${quote(unknown)}.`);
    await provision({ folder, manifest, report: (line) => this.note(line) });
    if (llama) await provisionLlama((line) => this.note(line));
    this.print(`The models are in ${folder}.`);
  }
}
