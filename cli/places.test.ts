import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { publishStack, type StackInfo } from '../deploy/local/running-stack.ts';
import { findPlaces } from './places.ts';

const stack: StackInfo = {
  pid: process.pid,
  env: {
    TEMPORAL_ADDRESS: '127.0.0.1:41001',
    REDIS_URL: 'redis://127.0.0.1:41002',
    DATABASE_URL: 'postgres://postgres@127.0.0.1:41003/postgres',
    ORKESTRA_GATEWAY_HOST: '127.0.0.1',
    ORKESTRA_GATEWAY_PORT: '41004',
  },
  temporalUi: 'http://127.0.0.1:41005',
  gatewayUrl: 'ws://127.0.0.1:41004',
  apiUrl: 'http://127.0.0.1:41005',
  pids: {},
};

describe('the parts of Orkestra are looked for', () => {
  const folder = mkdtempSync(join(tmpdir(), 'orkestra-places-'));
  let withdraw = () => undefined as void;

  beforeEach(() => {
    const before = { ...process.env };
    for (const name of Object.keys(stack.env)) delete process.env[name];
    process.env.ORKESTRA_CACHE = folder;
    return () => {
      process.env = before;
    };
  });
  afterEach(() => {
    withdraw();
    rmSync(folder, { recursive: true, force: true });
  });

  const places = () => {
    const { temporal, config, gatewayUrl, temporalUi } = findPlaces();
    const { address } = temporal.connectionOptions;
    return [address, config.redis.url, gatewayUrl, temporalUi];
  };

  const ofStack = [
    '127.0.0.1:41001',
    'redis://127.0.0.1:41002',
    'ws://127.0.0.1:41004/pcm',
    'http://127.0.0.1:41005',
  ];
  const usual = ['127.0.0.1:7233', 'redis://127.0.0.1:6379', 'ws://127.0.0.1:8080/pcm', undefined];

  test('at the usual ports where nothing says otherwise', () => {
    expect(places()).toEqual(usual);
  });

  test('in the local stack that runs', () => {
    withdraw = publishStack(stack);
    expect(places()).toEqual(ofStack);
  });

  test('in that stack also where the environment names a part of it', () => {
    withdraw = publishStack(stack);
    process.env.TEMPORAL_ADDRESS = stack.env.TEMPORAL_ADDRESS;
    expect(places()).toEqual(ofStack);
  });

  test('where the environment says, and nothing of a stack that it contradicts', () => {
    withdraw = publishStack(stack);
    process.env.TEMPORAL_ADDRESS = '10.0.0.7:7233';
    expect(places()).toEqual(['10.0.0.7:7233', ...usual.slice(1)]);
  });

  test('where the environment says, even if that is the usual place', () => {
    withdraw = publishStack(stack);
    process.env.REDIS_URL = 'redis://127.0.0.1:6379';
    expect(places()).toEqual(usual);
  });

  test('where the file says', () => {
    withdraw = publishStack(stack);
    process.env.ORKESTRA_CONFIG = join(folder, 'orkestra.toml');
    writeFileSync(process.env.ORKESTRA_CONFIG, '[redis]\nurl = "rediss://cache.example.com"\n');
    expect(places()).toEqual([usual[0], 'rediss://cache.example.com', ...usual.slice(2)]);
  });
});
