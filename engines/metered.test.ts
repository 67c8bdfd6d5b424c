import { describe, expect, test } from 'vitest';
import { EngineError } from './error.ts';
import type { LlmEngine } from './llm/engine.ts';
import { createScriptedLlm } from './llm/scripted.ts';
import { metered } from './metered.ts';
import { createScriptedStt } from './stt/scripted.ts';
import { createScriptedTts } from './tts/scripted.ts';
import type { VadEngine } from './vad/engine.ts';

function meterFor() {
  const seen: string[] = [];
  const meters = metered({
    answered: (kind, engine) => seen.push(`${kind} ${engine} answered`),
    failed: (kind, engine, retryable) =>
      seen.push(`${kind} ${engine} failed${retryable ? ', may be retried' : ''}`),
  });
  return { seen, meters };
}

const request = {
  domain: 'banking',
  instructions: '',
  messages: [{ role: 'caller' as const, text: 'hi' }],
  tools: [],
};
const never = new AbortController().signal;
const drain = async (parts: AsyncIterable<unknown>) => {
  let count = 0;
  for await (const _ of parts) count++;
  return count;
};

describe('an engine with a meter', () => {
  test('gives what it gives without, and counts a request as answered once', async () => {
    const { seen, meters } = meterFor();
    const llm = meters.llm(createScriptedLlm());
    expect(await drain(llm.reply(request, never))).toBe(13);
    const tts = meters.tts(createScriptedTts());
    expect(
      await drain(tts.synthesize({ text: 'Hello.', voice: 'default', speed: 1 }, never)),
    ).toBeGreaterThan(0);
    const stream = meters.stt(createScriptedStt()).open({ language: 'en', onPartial: () => undefined });
    stream.write(new Int16Array(320));
    expect(await stream.finalize()).toEqual({ text: 'what is my balance' });
    stream.close();
    expect(seen).toEqual(['llm scripted answered', 'tts scripted answered', 'stt scripted answered']);
  });

  test('keeps whatever else it can do', async () => {
    class WithState implements LlmEngine {
      readonly name = 'stateful';
      readonly byTemplate = true as const;
      #loaded = 0;
      readonly adapters = {
        kind: 'llama' as never,
        load: async () => undefined,
        unload: async () => undefined,
      };
      async warmUp() {
        this.#loaded += 1;
      }
      async *reply() {
        yield { type: 'text' as const, text: String(this.#loaded) };
      }
      async close() {}
    }
    const engine = new WithState();
    const llm = meterFor().meters.llm(engine);
    await llm.warmUp();
    expect([llm.name, llm.byTemplate, llm.adapters]).toEqual(['stateful', true, engine.adapters]);
    for await (const part of llm.reply(request, never)) expect(part).toEqual({ type: 'text', text: '1' });
  });

  test('counts its errors, but not what was given up by the one who asked', async () => {
    const { seen, meters } = meterFor();
    const broken = (retryable: boolean): LlmEngine => ({
      ...createScriptedLlm(),
      // eslint-disable-next-line require-yield
      async *reply() {
        throw new EngineError('scripted', 'is down', { retryable });
      },
    });
    for (const retryable of [true, false]) {
      await expect(drain(meters.llm(broken(retryable)).reply(request, never))).rejects.toThrow('is down');
    }
    await expect(drain(meters.llm(broken(true)).reply(request, AbortSignal.abort()))).rejects.toThrow(
      'is down',
    );
    const vad: VadEngine = {
      name: 'deaf',
      warmUp: async () => undefined,
      open: () => ({
        windowSamples: 256,
        next: () => Promise.reject(new Error('no')),
        close: () => undefined,
      }),
      close: async () => undefined,
    };
    await expect(meters.vad(vad).open(8_000).next(new Int16Array(256))).rejects.toThrow('no');
    expect(seen).toEqual([
      'llm scripted failed, may be retried',
      'llm scripted failed',
      'vad deaf failed, may be retried',
    ]);
  });
});
