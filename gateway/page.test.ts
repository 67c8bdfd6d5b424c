import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createHttpServer } from './http.ts';
import { pageHandler } from './page.ts';

let folder: string;
const servers: Server[] = [];
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'orkestra-page-'));
  mkdirSync(join(folder, 'page', 'assets'), { recursive: true });
  writeFileSync(join(folder, 'page', 'index.html'), '<!doctype html>');
  writeFileSync(join(folder, 'page', 'assets', 'index-abc123.js'), 'call();');
  writeFileSync(join(folder, 'page', 'notes.txt'), 'not for pages');
  writeFileSync(join(folder, 'secret.html'), 'secret');
});
afterAll(() => {
  for (const server of servers) server.close();
  rmSync(folder, { recursive: true });
});

async function get(path: string, options: { method?: string; headers?: object; built?: boolean } = {}) {
  const handler = pageHandler(join(folder, options.built === false ? 'nowhere' : 'page'));
  const server = createHttpServer({}, [handler], ['/pcm']);
  servers.push(server.listen(0, '127.0.0.1'));
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  // Not fetch: that tidies paths up before it sends them.
  const asked = request({ port, path, method: options.method, headers: { ...options.headers } }).end();
  const [answer] = await once(asked, 'response');
  const body = (await answer.toArray()).join('');
  return { status: answer.statusCode, headers: answer.headers, body };
}

test('the page is checked for news each time, its assets are kept', async () => {
  const page = await get('/?from=mail');
  expect(page).toMatchObject({ status: 200, body: '<!doctype html>' });
  expect(page.headers).toMatchObject({
    'content-type': 'text/html; charset=utf-8',
    'cache-control': 'no-cache',
  });
  const script = await get('/assets/index-abc123.js');
  expect(script).toMatchObject({ status: 200, body: 'call();' });
  expect(script.headers).toMatchObject({
    'content-type': 'text/javascript; charset=utf-8',
    'cache-control': 'public, max-age=31536000, immutable',
  });
});

test('a browser that has it already is told so', async () => {
  const { headers } = await get('/');
  const again = await get('/', { headers: { 'if-none-match': headers.etag } });
  expect(again).toMatchObject({ status: 304, body: '' });
});

test('the page may run nothing but its own files, and be put in no frame', async () => {
  const { headers } = await get('/');
  const policy = headers['content-security-policy'];
  expect(policy).toContain("default-src 'none'");
  expect(policy).toContain("script-src 'self';");
  expect(policy).toContain("frame-ancestors 'none'");
  expect(policy).not.toContain('unsafe');
  expect(headers['x-content-type-options']).toBe('nosniff');
});

test.each([
  '/../secret.html',
  '/assets/../../secret.html',
  '/%2e%2e/secret.html',
  '/..%2fsecret.html',
  '/..\\secret.html',
  '//secret.html',
  '/notes.txt',
  '/assets',
  '/assets/',
  '/nothing.js',
])('%s is not there', async (path) => {
  expect(await get(path)).toMatchObject({ status: 404, body: 'There is nothing here.\n' });
});

test('the page can be read, not written', async () => {
  expect(await get('/', { method: 'HEAD' })).toMatchObject({ status: 200, body: '' });
  const post = await get('/', { method: 'POST' });
  expect(post.status).toBe(405);
  expect(post.headers.allow).toBe('GET, HEAD');
});

test('the page can ask which domains there are', async () => {
  const { body, headers } = await get('/domains.json');
  expect(headers['content-type']).toBe('application/json');
  expect(JSON.parse(body)).toContain('banking');
});

test('without a build, it says how to make one', async () => {
  const page = await get('/', { built: false });
  expect(page.status).toBe(503);
  expect(page.body).toContain('npm run build');
});
