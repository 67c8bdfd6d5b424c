import { execFile } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { embeddingContract } from '../../test/contracts/embedding.ts';
import { modelFolder } from '../../test/contracts/models.ts';
import type { EmbeddingEngine } from './engine.ts';
import { createMiniLm } from './minilm.ts';

embeddingContract('minilm', () => createMiniLm(modelFolder()));

describe('minilm', () => {
  let engine: EmbeddingEngine;

  beforeAll(async () => {
    engine = createMiniLm(modelFolder());
    await engine.warmUp();
  });
  afterAll(() => engine?.close());

  const similarity = async (a: string, b: string) => {
    const [first, second] = await engine.embed([a, b]);
    return first!.reduce((sum, value, i) => sum + value * second![i]!, 0);
  };

  test('questions of the same meaning are close, whatever their words', async () => {
    expect(
      await similarity('what is my account balance', 'how much money do i have in my account'),
    ).toBeCloseTo(0.74, 1);
    expect(await similarity('i lost my credit card', 'my card was stolen')).toBeGreaterThan(0.7);
    expect(await similarity('what is my account balance', 'the cat sat on the mat')).toBeLessThan(0.1);
  });

  test('of a long text the first 256 tokens count', async () => {
    const start = 'my card was stolen '.repeat(64);
    expect(await similarity(start, `${start} ${'the weather is fine '.repeat(60)}`)).toBeGreaterThan(0.999);
  });

  test('one text too many is refused, to be tried again later', async () => {
    const crowd = engine.embed(Array.from({ length: 2_001 }, () => 'loan'));
    await expect(crowd).rejects.toMatchObject({ name: 'EngineError', retryable: true });
    expect(await engine.embed(['loan'])).toHaveLength(1);
  });

  test('what is asked for when it closes fails, and so does what comes later', async () => {
    const closing = createMiniLm(modelFolder());
    const pending = closing.embed(['loan']);
    await Promise.all([expect(pending).rejects.toThrow('minilm: was closed'), closing.close()]);
    await expect(closing.embed(['loan'])).rejects.toThrow('minilm: was closed');
  });

  test('a damaged model is an error, not a silence', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'orkestra-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    cpSync(join(modelFolder(), 'minilm'), join(folder, 'minilm'), { recursive: true });
    writeFileSync(join(folder, 'minilm', 'model.onnx'), 'not a model');
    const damaged = createMiniLm(folder);
    await expect(damaged.warmUp()).rejects.toThrow(/^minilm: its thread failed: /);
    await damaged.close();
  });

  test('a missing model is named, with what fetches it', () => {
    expect(() => createMiniLm('/nowhere')).toThrow(
      /model\.onnx is missing; `npm start` or `orkestra provision`/,
    );
  });

  test('compiled, it runs as well', async () => {
    const project = fileURLToPath(new URL('../..', import.meta.url));
    // Inside the project, so that its packages are found.
    const out = mkdtempSync(join(project, 'node_modules', '.minilm-'));
    onTestFinished(() => rmSync(out, { recursive: true }));
    const files = ['minilm.ts', 'minilm-worker.ts'].map((file) => join(project, 'engines/embedding', file));
    const options = { outDir: out, rootDir: project, incremental: false };
    const compiled = join(out, 'engines/embedding/minilm.js');
    const program = `
      import { createMiniLm } from ${JSON.stringify(compiled)};
      const [vector] = await createMiniLm(${JSON.stringify(modelFolder())}).embed(['loan']);
      console.log(vector.length);`;
    writeFileSync(join(out, 'package.json'), JSON.stringify({ type: 'module' }));
    writeFileSync(join(out, 'program.js'), program);
    writeFileSync(
      join(out, 'tsconfig.json'),
      JSON.stringify({
        extends: join(project, 'tsconfig.build.json'),
        compilerOptions: { ...options, types: ['node'] },
        include: [],
        files,
      }),
    );
    await run(process.execPath, [join(project, 'node_modules/typescript/bin/tsc'), '-p', out]);
    const { stdout } = await run(process.execPath, [join(out, 'program.js')]);
    expect(stdout.trim()).toBe('384');
  });
});

const run = promisify(execFile);
