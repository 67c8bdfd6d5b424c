import { randomBytes } from 'node:crypto';
import { defaultPayloadConverter, type Payload } from '@temporalio/common';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { payloadCodec } from '../config/payload-codec.ts';
import { openApi } from '../test/api-server.ts';

const UI = 'https://temporal.example.com';
const text = 'My number is +14155550123';
let reader: string;
let other: string;
let api: Awaited<ReturnType<typeof openApi>>;
let closed: Awaited<ReturnType<typeof openApi>>;

beforeAll(async () => {
  const env = { ORKESTRA_PAYLOAD_KEYS: `now:${randomBytes(32).toString('base64')}` };
  closed = await openApi(env);
  api = await openApi({
    ...env,
    ORKESTRA_CODEC_ENDPOINT: 'true',
    ORKESTRA_CODEC_ORIGINS: UI,
    ORKESTRA_API_REQUESTS_PER_MINUTE: '1',
  });
  [reader, other] = [await api.newKey('payloads:decode'), await api.newKey('transcripts:read')];
});
afterAll(async () => {
  await api.close();
  await closed.close();
});

const json = ({ metadata, data }: Payload) => ({
  metadata: Object.fromEntries(
    Object.entries(metadata!).map(([name, value]) => [name, Buffer.from(value).toString('base64')]),
  ),
  data: Buffer.from(data!).toString('base64'),
});
const secret = async () =>
  json(
    (
      await payloadCodec(api.config.temporal.payloadKeys).encode([defaultPayloadConverter.toPayload(text)!])
    )[0]!,
  );
const bearer = (key: string) => ({ authorization: `Bearer ${key}` });

async function ask(path: string, body: unknown, headers: Record<string, string> = {}, at = api) {
  return fetch(`${at.url}/codec/${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-namespace': 'default', ...headers },
    body: JSON.stringify(body),
  });
}
const dataOf = async (response: Response) => {
  const { payloads } = (await response.json()) as { payloads: { data: string }[] };
  return Buffer.from(payloads[0]!.data, 'base64').toString();
};

describe('the codec endpoint', () => {
  test('decrypts for a key that may, as a bearer or as a browser’s password', async () => {
    const body = { payloads: [await secret()] };
    expect(await dataOf(await ask('decode', body, bearer(reader)))).toBe(JSON.stringify(text));
    const basic = { authorization: `Basic ${Buffer.from(`me:${reader}`).toString('base64')}` };
    expect(await dataOf(await ask('decode', body, basic))).toBe(JSON.stringify(text));
  });

  test('answers a page that asks for each payload by itself, more often than the API’s limit', async () => {
    const body = { payloads: [await secret()] };
    const answers = await Promise.all(Array.from({ length: 5 }, () => ask('decode', body, bearer(reader))));
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
  });

  test('encrypts what the CLI sends along', async () => {
    const plain = json(defaultPayloadConverter.toPayload(text)!);
    const response = await ask('encode', { payloads: [plain] }, bearer(reader));
    const { payloads } = (await response.json()) as { payloads: unknown[] };
    expect(JSON.stringify(payloads)).not.toContain(plain.data);
    expect(await dataOf(await ask('decode', { payloads }, bearer(reader)))).toBe(JSON.stringify(text));
  });

  test.each([
    ['nobody', {}, 401],
    ['a wrong key', () => bearer(`ork_${'A'.repeat(43)}`), 401],
    ['a wrong password', { authorization: 'Basic bWU6bm8=' }, 401],
    ['a key without the scope', () => bearer(other), 403],
  ])('tells %s nothing', async (_, headers, status) => {
    const response = await ask(
      'decode',
      { payloads: [await secret()] },
      typeof headers === 'function' ? headers() : headers,
    );
    expect(response.status).toBe(status);
    expect(await response.text()).not.toContain('4155550123');
    if (status === 401) expect(response.headers.get('www-authenticate')).toContain('Basic');
  });

  test('answers the Web UI’s pages, and no other site’s', async () => {
    const preflight = (origin: string) =>
      fetch(`${api.url}/codec/decode`, {
        method: 'OPTIONS',
        headers: {
          origin,
          'access-control-request-method': 'POST',
          'access-control-request-headers': 'authorization,content-type,x-namespace',
        },
      });
    const allowed = (await preflight(UI)).headers;
    expect(allowed.get('access-control-allow-origin')).toBe(UI);
    expect(allowed.get('access-control-allow-credentials')).toBe('true');
    expect(allowed.get('access-control-allow-headers')).toContain('x-namespace');
    expect(Number(allowed.get('access-control-max-age'))).toBeGreaterThan(0);
    expect((await preflight('https://evil.example')).headers.get('access-control-allow-origin')).toBeNull();
  });

  test.each([
    ['no payloads', {}, 400],
    ['what is no base64', { payloads: [{ data: '%' }] }, 400],
    [
      'a payload of a key that is gone',
      { payloads: [{ metadata: { encoding: btoa('binary/encrypted'), 'encryption-key-id': btoa('gone') } }] },
      409,
    ],
  ])('says what is wrong with %s', async (_, body, status) => {
    const response = await ask('decode', body, bearer(reader));
    expect(response.status).toBe(status);
    if (status === 409) expect(await response.text()).toContain('the key gone, which is not configured');
  });

  test('is not there unless it is configured', async () => {
    expect((await ask('decode', { payloads: [] }, bearer(reader), closed)).status).toBe(404);
  });
});
