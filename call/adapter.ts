import '../config/schema-words.ts';
import { z } from 'zod';
import { domainNameSchema } from './request.ts';

/**
 * Adapters: named variants of the model that writes the replies. One is a prompt of its own, LoRA weights, other
 * decoding, or any of these together. A version of an adapter never changes once it has been created.
 */

/** The model as it is, with the domain's own instructions: always there, never loaded or unloaded. */
export const DEFAULT_ADAPTER = 'default';

export const adapterNameSchema = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,31}$/, 'an adapter is a lower-case word of at most 32 letters, like formal')
  .refine((name) => name !== DEFAULT_ADAPTER, 'default is the model without an adapter: choose another name');

/** `formal` (its newest version), `formal@2`, or `default`. */
export const adapterRefSchema = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,31}(@[1-9]\d{0,4})?$/, 'an adapter is a word like formal, or formal@2')
  .refine((ref) => !ref.startsWith(`${DEFAULT_ADAPTER}@`), 'default has no versions');

export const decodingSchema = z
  .object({
    temperature: z.number().min(0).max(2).optional(),
    topP: z.number().gt(0).max(1).optional(),
    /** Tokens of one reply at the most. */
    maxTokens: z.number().int().min(1).max(2_000).optional(),
  })
  .strict();
export type Decoding = z.infer<typeof decodingSchema>;

export const adapterPromptSchema = z
  .object({
    /** Said after the domain's instructions, or in their place. */
    mode: z.enum(['append', 'replace']).default('append'),
    text: z.string().trim().min(1).max(20_000),
  })
  .strict();

const common = {
  name: adapterNameSchema,
  /** The one domain that it is for; absent: any. */
  domain: domainNameSchema.optional(),
  prompt: adapterPromptSchema.optional(),
  decoding: decodingSchema.prefault({}),
};

/** What it takes to create an adapter; every door (CLI, API) checks against this. */
export const newAdapterSchema = z
  .discriminatedUnion('kind', [
    /** Instructions or decoding of its own, for any model. */
    z.object({ kind: z.literal('prompt'), ...common }).strict(),
    /** LoRA weights for one base model of one engine. */
    z
      .object({
        kind: z.literal('lora'),
        ...common,
        /** `openai`: an endpoint with vLLM's LoRA routes. `llama`: llama.cpp in the llm workers. */
        engine: z.enum(['openai', 'llama']),
        /** As the engine calls it: the endpoint's model, or the GGUF file's `general.name`. */
        baseModel: z.string().trim().min(1).max(200),
        /** Where the engine finds them: for `llama` an absolute path at every llm worker, for `openai` at the endpoint. */
        weights: z.string().trim().min(1).max(1_000),
        sha256: z
          .string()
          .regex(/^[0-9a-f]{64}$/, 'a SHA-256 has 64 hexadecimal digits')
          .optional(),
      })
      .strict(),
  ])
  .refine(
    (adapter) =>
      adapter.kind === 'lora' ||
      adapter.prompt ||
      Object.values(adapter.decoding).some((value) => value !== undefined),
    'a prompt adapter needs a prompt, or decoding of its own: it would change nothing',
  );

export type NewAdapter = z.output<typeof newAdapterSchema>;
/** A version of an adapter, as the registry holds it. */
export type Adapter = NewAdapter & {
  version: number;
  /** ms since the Unix epoch. */
  createdAt: number;
};

export type LoraAdapter = Extract<Adapter, { kind: 'lora' }>;

/** Names one version everywhere: `formal@2`. */
export const refOf = ({ name, version }: Pick<Adapter, 'name' | 'version'>) => `${name}@${version}`;

/** A name and, where it was given, a version. */
export function parseRef(ref: string): { name: string; version?: number } {
  const [name, version] = ref.split('@') as [string, string?];
  return { name, ...(version && { version: Number(version) }) };
}

/** The adapter that `ref` means among these: that version, or the newest of the name. */
export function pickAdapter<T extends Pick<Adapter, 'name' | 'version'>>(
  adapters: Iterable<T>,
  ref: string,
): T | undefined {
  const wanted = parseRef(ref);
  let best: T | undefined;
  for (const adapter of adapters) {
    if (adapter.name !== wanted.name || (wanted.version ?? adapter.version) !== adapter.version) continue;
    if (!best || adapter.version > best.version) best = adapter;
  }
  return best;
}

/** An adapter that could not answer a turn; the model without it could. */
export const failedAdapterSchema = z.object({ adapter: z.string(), reason: z.string() });
export type FailedAdapter = z.infer<typeof failedAdapterSchema>;

/** What new calls of a domain get: `base`, or for a share of them `trial`. */
export interface Activation {
  base: string;
  trial?: { adapter: string; percent: number };
}

/** What a deployment's llm workers have to hold, and what new calls get: the control workflow's decision. */
export interface AdapterPlan {
  /** Counts the changes, from 1; 0 where there has been none. */
  revision: number;
  /** Adapters by their refs. */
  loaded: string[];
  /** By domain; a domain that is missing has `default`. */
  active: Record<string, Activation>;
}
