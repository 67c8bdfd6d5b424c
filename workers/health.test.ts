import { afterEach, expect, test } from 'vitest';
import { Health, openDoors, serveHealth, serveMetrics } from './health.ts';
import type { HttpServer } from './http-server.ts';

const servers: HttpServer[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
});
const here = { host: '127.0.0.1', port: 0 };
const opened = async (opening: Promise<HttpServer>) => {
  const server = await opening;
  servers.push(server);
  return async (path: string) => {
    const response = await fetch(server.url + path);
    return { status: response.status, text: await response.text() };
  };
};

test('a process is alive from its start, started when it has started, and ready while all that it needs answers', async () => {
  const health = new Health('stt');
  const get = await opened(serveHealth(health, here));
  const statuses = async () =>
    Promise.all(['live', 'started', 'ready'].map(async (path) => (await get(`/health/${path}`)).status));
  expect(await statuses()).toEqual([200, 503, 503]);
  health.status = 'ready';
  expect(await statuses()).toEqual([200, 200, 200]);
  health.add('redis', () => Promise.reject(new Error('away')));
  expect(await statuses()).toEqual([200, 200, 503]);
  expect(JSON.parse((await get('/health/ready')).text).checks).toEqual({
    redis: { ok: false, detail: 'away' },
  });
});

test('a process that waits for a server has started, and is not ready', async () => {
  const health = new Health('stt');
  const get = await opened(serveHealth(health, here));
  health.detail = 'waiting for Temporal at 10.0.0.7:7233';
  expect((await get('/health/started')).status).toBe(200);
  expect((await get('/health/ready')).status).toBe(503);
});

test('metrics are with health, or on a port of their own, where nothing else is', async () => {
  const read = async () => 'orkestra_ready 1\n';
  const both = await opened(serveHealth(new Health('stt'), here, read));
  expect(await both('/metrics')).toEqual({ status: 200, text: 'orkestra_ready 1\n' });
  const healthAlone = await opened(serveHealth(new Health('stt'), here));
  expect((await healthAlone('/metrics')).status).toBe(404);
  const metricsAlone = await opened(serveMetrics(here, read));
  expect(await metricsAlone('/metrics')).toEqual({ status: 200, text: 'orkestra_ready 1\n' });
  expect((await metricsAlone('/health/ready')).status).toBe(404);
});

test('metrics that can’t be read are an error, not an empty page', async () => {
  const get = await opened(serveMetrics(here, () => Promise.reject(new Error('gone'))));
  expect(await get('/metrics')).toEqual({ status: 500, text: '{"error":"gone"}' });
});

test('a process says which port it can’t have', async () => {
  const health = new Health('stt');
  const read = async () => '';
  const open = (port: number | undefined) =>
    openDoors({ health: here, metrics: { host: '127.0.0.1', port } }, health, read);
  const beside = await open(undefined);
  expect(beside.metricsUrl).toBeUndefined();
  const apart = await open(0);
  expect((await fetch(`${apart.metricsUrl}/metrics`)).status).toBe(200);
  expect((await fetch(`${apart.healthUrl}/metrics`)).status).toBe(404);
  const taken = Number(new URL(apart.metricsUrl!).port);
  await expect(open(taken)).rejects.toThrow(`port ${taken} of 127.0.0.1 can’t be had (EADDRINUSE)`);
  await beside.close();
  await apart.close();
});
