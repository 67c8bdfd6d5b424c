import type OpenAI from 'openai';
import { refOf } from '../../call/adapter.ts';
import { EngineError } from '../error.ts';
import { NAME } from '../openai-error.ts';
import type { AdapterHost } from './engine.ts';

/** Weights are read from a disk, or fetched first, ms. */
const LOAD_MS = 90_000;

/**
 * LoRA weights at an endpoint with vLLM's routes for them. Once loaded they are asked for as a model of their own
 * name. Several llm workers may share an endpoint: what is there already, or gone already, is as it should be.
 */
export function openAiAdapters(load: () => Promise<OpenAI>, model: string): AdapterHost {
  const post = async (path: string, body: object) => {
    await (await load()).post(path, { body, timeout: LOAD_MS });
  };
  return {
    kind: 'openai',
    async load(adapter) {
      if (adapter.baseModel !== model) {
        throw refusal(
          `${refOf(adapter)} is for the model ${adapter.baseModel}, and the endpoint runs ${model}`,
        );
      }
      const body = { lora_name: refOf(adapter), lora_path: adapter.weights };
      await post('/load_lora_adapter', body).catch((error: unknown) => {
        if (!/already (?:been )?loaded/.test(messageOf(error))) throw explain(error, adapter.weights);
      });
    },
    async unload(ref) {
      await post('/unload_lora_adapter', { lora_name: ref }).catch((error: unknown) => {
        if (statusOf(error) !== 404) throw explain(error, ref);
      });
    },
  };
}

const statusOf = (error: unknown) => (error as { status?: number }).status;
const messageOf = (error: unknown) => (error as Error).message;

function explain(error: unknown, what: string): EngineError {
  const message = messageOf(error);
  // A route that is not there; vLLM names what it did not find.
  if (statusOf(error) === 404 && !/adapter|lora/i.test(message.replaceAll(what, ''))) {
    return refusal(
      'the endpoint loads no adapters: vLLM does with --enable-lora and VLLM_ALLOW_RUNTIME_LORA_UPDATING=True',
    );
  }
  return refusal(`the endpoint can’t load ${what}: ${message}`);
}

const refusal = (message: string) => new EngineError(NAME, message, { retryable: false });
