import type { GgufInfo } from './llama-package.ts';

const B = '.lora_b';
const A = '.lora_a';

/**
 * Why LoRA weights can't be used with a model; undefined where they can. `size`: of the weights' file, bytes. Looked
 * at before they are loaded, since what llama.cpp makes of weights that don't fit is not always an error.
 */
export function loraProblem(lora: GgufInfo, base: GgufInfo, size: number): string | undefined {
  const { general, adapter } = lora.metadata;
  if (general.type !== 'adapter' || adapter?.type !== 'lora')
    return 'it is no LoRA: its GGUF type is another';
  if (general.architecture !== base.metadata.general.architecture) {
    return `it is for another base model: its architecture is ${general.architecture}, the model’s ${base.metadata.general.architecture}`;
  }
  const tensors = lora.tensorInfo ?? [];
  if (tensors.length === 0) return 'it holds no weights';
  if (tensors.some(({ fileOffset }) => Number(fileOffset) >= size)) return 'it is cut short';
  const shapes = new Map(base.tensorInfo?.map(({ name, dimensions }) => [name, dimensions.map(Number)]));
  const parts = new Map(tensors.map(({ name, dimensions }) => [name, dimensions.map(Number)]));
  for (const [name, b] of parts) {
    if (!name.endsWith(B)) continue;
    const target = name.slice(0, -B.length);
    const [a, shape] = [parts.get(target + A), shapes.get(target)];
    if (!a) return `${target} has one half of its weights only`;
    // GGUF names the inner dimension first: A is inputs × rank, B rank × outputs.
    const fits = shape && a[0] === shape[0] && b[1] === shape[1] && a[1] === b[0];
    if (!fits) return `it is for another base model: its weights for ${target} don’t fit the model’s`;
  }
  if (![...parts.keys()].some((name) => name.endsWith(B))) return 'it holds no LoRA weights';
  return undefined;
}
