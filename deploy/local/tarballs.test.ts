import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Tarballs } from './tarballs.ts';

let folder: string;
let server: Server;
let requests: string[];

/** A registry that has one package, with one file in it. */
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'tarballs-'));
  requests = [];
  mkdirSync(join(folder, 'source', 'package', 'voices'), { recursive: true });
  writeFileSync(join(folder, 'source/package/package.json'), '{"name":"tiny-voice","version":"1.0.0"}');
  writeFileSync(join(folder, 'source/package/voices/a.bin'), 'a voice');
  execFileSync('tar', ['czf', '../tiny.tgz', 'package'], { cwd: join(folder, 'source') });
  const archive = readFileSync(join(folder, 'tiny.tgz'));
  server = createServer((request, response) => {
    requests.push(request.url!);
    if (request.url === '/tiny.tgz') return response.end(archive);
    if (request.url !== '/tiny-voice') return response.writeHead(404).end('{"error":"not found"}');
    const dist = { tarball: `${address()}/tiny.tgz` };
    const versions = { '1.0.0': { name: 'tiny-voice', version: '1.0.0', dist } };
    response.setHeader('content-type', 'application/json');
    return response.end(JSON.stringify({ name: 'tiny-voice', versions, 'dist-tags': { latest: '1.0.0' } }));
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  vi.stubEnv('npm_config_registry', address());
  vi.stubEnv('npm_config_cache', join(folder, 'cache'));
  vi.stubEnv('npm_config_fetch_retries', '0');
});
afterEach(() => {
  vi.unstubAllEnvs();
  server.close();
  rmSync(folder, { recursive: true, force: true });
});

const address = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
const downloads = () => join(folder, 'downloads');

test('a file comes out of its npm package, which is downloaded once', async () => {
  const target = join(folder, 'a.bin');
  await new Tarballs(downloads(), () => undefined).extract('tiny-voice@1.0.0', 'voices/a.bin', target);
  expect(readFileSync(target, 'utf8')).toBe('a voice');
  expect(readdirSync(downloads())).toEqual(['tiny-voice-1.0.0.tgz']);
  requests.length = 0;
  await new Tarballs(downloads(), () => undefined).extract('tiny-voice@1.0.0', 'package.json', target);
  expect(requests).toEqual([]);
});

test('a package or a file that does not exist is named', async () => {
  const tarballs = new Tarballs(downloads(), () => undefined);
  const target = join(folder, 'a.bin');
  await expect(tarballs.extract('no-such-voice@1.0.0', 'a.bin', target)).rejects.toThrow(
    'npm could not download no-such-voice@1.0.0',
  );
  await expect(tarballs.extract('tiny-voice@1.0.0', 'b.bin', target)).rejects.toThrow(
    "tiny-voice@1.0.0: b.bin can't be read from it",
  );
  expect(existsSync(join(downloads(), 'tiny-voice-1.0.0.tgz'))).toBe(false);
});
