import { type Adapter, DEFAULT_ADAPTER, refOf } from '../../call/adapter.ts';
import type { Domain } from '../../domains/domain.ts';
import type { LlmRequest } from '../../engines/llm/engine.ts';

/** What this worker has loaded. */
export interface LoadedAdapters {
  get(ref: string): Adapter | undefined;
  /** False while a worker that has just started does not know yet what it has to load. */
  readonly inStep: boolean;
}

/** What an adapter makes of a request for a reply; `missing` says why it can't make anything of it. */
export function adaptTo(
  { instructions }: Domain,
  ref: string,
  loaded: LoadedAdapters,
): Pick<LlmRequest, 'instructions' | 'adapter'> | { missing: string } {
  if (ref === DEFAULT_ADAPTER) return { instructions };
  const adapter = loaded.get(ref);
  if (!adapter) return { missing: `${ref} is not loaded` };
  const { kind, prompt, decoding } = adapter;
  const words = !prompt
    ? instructions
    : prompt.mode === 'replace'
      ? prompt.text
      : `${instructions}\n\n${prompt.text}`;
  const weights = kind === 'lora' ? refOf(adapter) : undefined;
  return { instructions: words, adapter: { weights, decoding } };
}
