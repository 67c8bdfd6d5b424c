import { createHash } from 'node:crypto';
import { createReadStream, existsSync } from 'node:fs';
import { basename } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { LoraAdapter } from '../../call/adapter.ts';
import { refOf } from '../../call/adapter.ts';
import { llamaFolder } from '../../config/llama.ts';
import { EngineError } from '../error.ts';
import type { LlmEngine, LlmPart } from './engine.ts';
import { llamaProgram } from './llama-package.ts';
import { LlamaProcess } from './llama-process.ts';

const NAME = 'llama';

/**
 * A GGUF model by llama.cpp in a process of its own, with LoRA weights that are loaded and let go of while it
 * runs. It writes words alone: tools are for models behind an endpoint. Throws EngineError where the package or the
 * model is missing.
 */
export function createLlama(model: string | undefined, folder: string = llamaFolder()): LlmEngine {
  if (!model) throw refusal('set ORKESTRA_LLAMA_MODEL to the path of a GGUF model');
  if (!existsSync(model)) throw refusal(`there is no model at ${model}; ORKESTRA_LLAMA_MODEL names it`);
  const setup = { program: llamaProgram(folder), model };
  let child: LlamaProcess | undefined;
  /** What a new process has to load again. */
  const loaded = new Map<string, LoraAdapter>();

  async function running(): Promise<LlamaProcess> {
    if (child && !child.dead) return child;
    child = new LlamaProcess(setup);
    for (const [ref, { weights: path, baseModel }] of loaded) {
      await child.ask({ type: 'load', ref, path, baseModel });
    }
    return child;
  }

  return {
    name: `${NAME}/${basename(model)}`,
    async warmUp() {
      const instructions = 'You answer in one word.';
      const messages = [{ role: 'caller' as const, text: 'Hello?' }];
      await (await running()).ask({ type: 'write', instructions, messages, decoding: { maxTokens: 1 } });
    },
    async *reply({ instructions, messages, adapter }, signal): AsyncGenerator<LlmPart> {
      if (signal.aborted) return;
      const { weights, decoding = {} } = adapter ?? {};
      const writing = { type: 'write' as const, instructions, messages, weights, decoding };
      yield* (await running()).write(writing, signal);
    },
    adapters: {
      kind: 'llama',
      async load(lora) {
        await checkFile(lora);
        const [ref, { weights: path, baseModel }] = [refOf(lora), lora];
        await (await running()).ask({ type: 'load', ref, path, baseModel }).catch((error: EngineError) => {
          throw refusal(`${path} can’t be loaded: ${error.message.replace(/^llama: /, '')}`);
        });
        loaded.set(ref, lora);
      },
      async unload(ref) {
        loaded.delete(ref);
        await (await running()).ask({ type: 'unload', ref });
      },
    },
    async close() {
      await child?.close();
    },
  };
}

async function checkFile({ weights, sha256 }: LoraAdapter) {
  if (!existsSync(weights)) throw refusal(`there are no weights at ${weights} on this machine`);
  if (!sha256) return;
  const hash = createHash('sha256');
  await pipeline(createReadStream(weights), hash);
  const found = hash.digest('hex');
  if (found !== sha256) {
    throw refusal(`${weights} is corrupt: its SHA-256 is ${found}, and should be ${sha256}`);
  }
}

const refusal = (message: string) => new EngineError(NAME, message, { retryable: false });
