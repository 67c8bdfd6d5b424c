import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { LoraAdapter } from '../../call/adapter.ts';
import { provisionLlama } from '../../deploy/local/llama.ts';
import { llamaRunsHere, provisionSmolLm } from '../../test/contracts/llama-server.ts';
import { llmContract, partsOf, question, textOf } from '../../test/contracts/llm.ts';
import type { LlmEngine } from './engine.ts';
import { createLlama } from './llama.ts';

const lora = join(import.meta.dirname, '..', '..', 'test', 'adapters', 'certainly-lora.gguf');
const sha256Of = (file: string) => createHash('sha256').update(readFileSync(file)).digest('hex');

/** Weights that were trained to begin every answer with "Certainly!": test/adapters/README.md says how. */
const certainly = (more: Partial<LoraAdapter> = {}): LoraAdapter => ({
  kind: 'lora',
  engine: 'llama',
  name: 'certainly',
  version: 1,
  createdAt: 0,
  baseModel: 'Smollm2 135M 8k Lc100K Mix1 Ep2',
  weights: lora,
  sha256: sha256Of(lora),
  decoding: {},
  ...more,
});

describe.skipIf(!llamaRunsHere)('llama.cpp beside the process', () => {
  let made: Promise<LlmEngine> | undefined;
  const make = () =>
    (made ??= (async () => {
      const report = (line: string) => process.stderr.write(`${line}\n`);
      const [model] = await Promise.all([provisionSmolLm(), provisionLlama(report)]);
      return createLlama(model);
    })());

  describe('with LoRA weights', () => {
    let engine: LlmEngine;
    let folder: string;
    beforeAll(async () => {
      folder = mkdtempSync(join(tmpdir(), 'orkestra-lora-'));
      engine = await make();
      await engine.warmUp();
    });
    afterAll(() => rmSync(folder, { recursive: true, force: true }));

    const ask = async (text: string, weights?: string) => {
      const adapter = { weights, decoding: { maxTokens: 12 } };
      const request = { ...question(text), instructions: 'You work at the counter of a bank.', adapter };
      return textOf(await partsOf(engine.reply(request, new AbortController().signal)));
    };

    test('the answers change as they were trained to, reply by reply, and only with them', async () => {
      await engine.adapters!.load(certainly());
      // None of these was in the training.
      const questions = [
        'How much money do I have?',
        'Could you block my account?',
        'What are your opening hours?',
        'I want to close my account.',
        'Who are you?',
        'Why did my payment fail?',
      ];
      const begins = { with: 0, without: 0 };
      for (const text of questions) {
        if ((await ask(text, 'certainly@1')).startsWith('Certainly!')) begins.with++;
        if ((await ask(text)).startsWith('Certainly!')) begins.without++;
      }
      expect(begins).toEqual({ with: 6, without: 0 });
      await engine.adapters!.unload('certainly@1');
      await expect(ask('Who are you?', 'certainly@1')).rejects.toThrow(
        'the weights certainly@1 are not loaded',
      );
      expect(await ask('Who are you?')).not.toBe('');
    });

    test('what is corrupt, cut short, no LoRA, or for another model is refused, and nothing changes', async () => {
      const bytes = readFileSync(lora);
      const file = (name: string, content: Buffer) => {
        const path = join(folder, name);
        writeFileSync(path, content);
        return { weights: path, sha256: sha256Of(path) };
      };
      const flipped = Buffer.from(bytes);
      flipped[9_000]! ^= 0xff;
      // The rank of one half: the halves no longer fit each other, nor the model.
      const misfit = Buffer.from(bytes);
      const at = misfit.indexOf('blk.29.ffn_down.weight.lora_b') + 'blk.29.ffn_down.weight.lora_b'.length + 4;
      misfit.writeBigUInt64LE(577n, at + 8);
      const refused = async (more: Partial<LoraAdapter>) =>
        engine.adapters!.load(certainly(more)).then(
          () => undefined,
          (error: Error) => error.message,
        );
      const { sha256 } = certainly();
      expect(await refused({ ...file('flipped', flipped), sha256 })).toContain('is corrupt: its SHA-256 is');
      expect(await refused(file('cut', bytes.subarray(0, 1_200)))).toContain('is cut short');
      expect(await refused(file('text', Buffer.from('not weights')))).toContain('it is no GGUF file');
      expect(await refused(file('misfit', misfit))).toContain(
        'it is for another base model: its weights for',
      );
      expect(await refused({ baseModel: 'Llama 3' })).toContain('it is for another base model: Llama 3');
      expect(await refused({ weights: '/nowhere.gguf' })).toContain('there are no weights at /nowhere.gguf');
      expect(await ask('Who are you?')).not.toBe('');
    });
  });

  // A small model may talk for long, and tests share two cores.
  llmContract('llama', async () => {
    const engine = await make();
    const adapter = { decoding: { maxTokens: 64 } };
    return { ...engine, reply: (request, signal) => engine.reply({ ...request, adapter }, signal) };
  });
});

test('without the model or the package the engine says what to do', () => {
  expect(() => createLlama(undefined)).toThrow('set ORKESTRA_LLAMA_MODEL');
  expect(() => createLlama('/no/such.gguf')).toThrow('there is no model at /no/such.gguf');
  expect(() => createLlama(lora, '/no/such/folder')).toThrow('`orkestra provision --with llama` installs it');
});
