import { createHash } from 'node:crypto';
import { createReadStream, existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { z } from 'zod';
import { Command, Option } from '../clipanion.ts';
import { newAdapterSchema } from '../../call/adapter.ts';
import { withAdapterControl } from '../adapter-access.ts';
import { OrkestraCommand } from '../command.ts';
import { CliError, usageError } from '../error.ts';
import { quote } from '../settings-option.ts';

export class CreateAdapter extends OrkestraCommand {
  static override paths = [['adapter-control', 'create']];

  static override usage = Command.Usage({
    description: 'put an adapter into the registry',
    details: `
      An adapter is a prompt of its own, decoding of its own, LoRA weights, or these together. A name that is there
      already gets its next version; versions never change.

      --weights makes it a LoRA: with --engine llama a GGUF file that every llm worker can read, with --engine openai a
      path or name at an endpoint with vLLM's LoRA routes. --base-model is the model that they were trained for: the
      endpoint's model, or the general.name of the GGUF model.
    `,
    examples: [
      ['A prompt after the domain’s own', '$0 adapter-control create formal --prompt "Answer formally."'],
      [
        'LoRA weights for llama.cpp',
        '$0 adapter-control create brief --engine llama --base-model "SmolLM2 135M" --weights /models/brief.gguf',
      ],
    ],
  });

  name = Option.String({ name: 'NAME' });
  domain = Option.String('--domain', { description: 'the one domain that it is for' });
  prompt = Option.String('--prompt', { description: 'instructions after the domain’s own' });
  promptFile = Option.String('--prompt-file', { description: 'the same, from a file' });
  replacePrompt = Option.Boolean('--replace-prompt', false, {
    description: 'instructions in place of the domain’s own',
  });
  engine = Option.String('--engine', { description: 'llama or openai: what the weights are for' });
  baseModel = Option.String('--base-model', { description: 'the model that the weights were trained for' });
  weights = Option.String('--weights', { description: 'where the LoRA weights are' });
  sha256 = Option.String('--sha256', { description: 'of the weights; computed where the file is here' });
  temperature = Option.String('--temperature', { description: '0 to 2' });
  topP = Option.String('--top-p', { description: 'over 0, up to 1' });
  maxTokens = Option.String('--max-tokens', { description: 'of one reply' });
  json = Option.Boolean('--json', false, { description: 'print one JSON object' });

  async run(): Promise<void> {
    const adapter = newAdapterSchema.safeParse(await this.described());
    if (!adapter.success) throw usageError(explain(adapter.error));
    const outcome = await withAdapterControl((control) => control.create(adapter.data));
    if (this.json) return this.printJson(outcome);
    this.print(`${outcome.adapter} is created. Load it with \`orkestra adapter-control load ${this.name}\`.`);
  }

  private async described() {
    const common = {
      name: this.name,
      domain: this.domain,
      prompt: this.promptText(),
      decoding: {
        temperature: numberOf(this.temperature),
        topP: numberOf(this.topP),
        maxTokens: numberOf(this.maxTokens),
      },
    };
    const { engine, baseModel } = this;
    if (this.weights === undefined) {
      if (engine ?? baseModel ?? this.sha256)
        throw usageError('--engine, --base-model and --sha256 need --weights.');
      return { kind: 'prompt', ...common };
    }
    if (engine !== 'llama' && engine !== 'openai')
      throw usageError('--weights needs --engine llama or --engine openai.');
    if (baseModel === undefined) throw usageError('--weights needs --base-model.');
    const weights = engine === 'llama' ? resolve(this.weights) : this.weights;
    const sha256 = this.sha256 ?? (engine === 'llama' ? await sha256Of(weights) : undefined);
    return { kind: 'lora', ...common, engine, baseModel, weights, sha256 };
  }

  private promptText() {
    const { prompt, promptFile } = this;
    if (prompt !== undefined && promptFile !== undefined)
      throw usageError('--prompt or --prompt-file, not both.');
    const text = promptFile === undefined ? prompt : readPrompt(promptFile);
    if (text === undefined && this.replacePrompt)
      throw usageError('--replace-prompt needs --prompt or --prompt-file.');
    return text === undefined ? undefined : { mode: this.replacePrompt ? 'replace' : 'append', text };
  }
}

function readPrompt(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new CliError(`${file} can't be read: ${(error as NodeJS.ErrnoException).code}.`);
  }
}

async function sha256Of(file: string): Promise<string> {
  if (!existsSync(file)) {
    throw new CliError(
      `There are no weights at ${file}: where only the llm workers have them, give --sha256 too.`,
    );
  }
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  return hash.digest('hex');
}

/** What is no number is told by the schema. */
const numberOf = (text: string | undefined) => (text === undefined ? undefined : Number(text));

const optionOf: Record<string, string> = {
  name: 'NAME',
  'decoding.temperature': '--temperature',
  'decoding.topP': '--top-p',
  'decoding.maxTokens': '--max-tokens',
  'prompt.text': '--prompt',
};

function explain({ issues }: z.ZodError): string {
  const { path, message } = issues[0]!;
  const name = path.join('.');
  const option =
    optionOf[name] ?? (name ? `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}` : '');
  return `${option ? `${option}: ` : ''}${quote(message).slice(1, -1)}.`;
}
