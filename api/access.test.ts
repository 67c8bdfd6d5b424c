import { afterAll, beforeAll, expect, test } from 'vitest';
import { openApi } from '../test/api-server.ts';

let api: Awaited<ReturnType<typeof openApi>>;
beforeAll(async () => {
  api = await openApi({ ORKESTRA_API_CALLS_PER_MINUTE: '2' });
});
afterAll(() => api.close());

async function ask(method: string, path: string, key?: string) {
  const headers = { 'content-type': 'application/json', ...(key && { authorization: `Bearer ${key}` }) };
  const body = method === 'GET' ? undefined : '{}';
  const { status } = await fetch(api.url + path, { method, headers, body });
  return status;
}

test('every operation demands a key, and a scope of it', async () => {
  // A scope that no operation of the description asks for.
  const key = await api.newKey('payloads:decode');
  const { paths } = (await (await fetch(`${api.url}/openapi.json`)).json()) as {
    paths: Record<string, Record<string, { security?: { key: string[] }[] }>>;
  };
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { security }]) => ({
      path,
      method: method.toUpperCase(),
      security,
    })),
  );
  expect(operations.length).toBeGreaterThan(15);
  for (const { path, method, security } of operations) {
    const place = path.replaceAll(/\{\w+\}/g, 'some-name');
    expect(security?.[0]?.key, `${method} ${path}`).toHaveLength(1);
    expect(await ask(method, place), `${method} ${path}`).toBe(401);
    expect(await ask(method, place, key), `${method} ${path}`).toBe(403);
  }
});

test('a key starts no more calls a minute than it may', async () => {
  const key = await api.newKey('calls:start', 'calls:read');
  const all = [await ask('POST', '/v1/calls', key), await ask('POST', '/v1/calls', key)];
  // Temporal is away: they got as far as that.
  expect(all).toEqual([503, 503]);
  expect(await ask('POST', '/v1/calls', key)).toBe(429);
  expect(await ask('GET', '/v1/calls', key)).toBe(503);
  expect(await ask('POST', '/v1/calls', await api.newKey('calls:start'))).toBe(503);
});
