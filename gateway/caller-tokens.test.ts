import { getExpectedTwilioSignature } from 'twilio/lib/webhooks/webhooks.js';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { issueToken } from '../call/session-token.ts';
import { Client, TwilioStream } from '../test/gateway/client.ts';
import { GatewayLab } from '../test/gateway/lab.ts';
import { CallerTokens } from './caller-tokens.ts';

const key = { name: 'now', secret: Buffer.alloc(32, 1) };
const before = { name: 'before', secret: Buffer.alloc(32, 2) };
const text = ({ name, secret }: typeof key) => `${name}:${secret.toString('base64')}`;
const guarded = (env: Record<string, string> = {}) =>
  GatewayLab.open({}, undefined, {
    ORKESTRA_GATEWAY_OPEN: 'false',
    ORKESTRA_SESSION_KEYS: `${text(key)},${text(before)}`,
    ...env,
  });

async function start(lab: GatewayLab, more: Record<string, unknown>, gateway = lab.first): Promise<Client> {
  const client = await lab.connect('/pcm', gateway);
  client.send({ type: 'start', session: lab.session, sampleRate: 16_000, ...more });
  return client;
}

afterEach(() => vi.useRealTimers());

describe('a caller of /pcm', () => {
  test('has the call of their token, as whom the token says, and may come back with the token that they are given', async () => {
    const lab = await guarded();
    const admission = { session: lab.session, customer: 'c-1', phone: '+14155550123', tenant: 'north' };
    const client = await start(lab, { token: issueToken([before], admission) });
    await client.message('started');
    expect(lab.requests.all).toMatchObject([admission]);
    const { token, seconds } = await client.message('token');
    expect(seconds).toBe(300);
    // Another gateway knows it as well.
    const again = await start(lab, { token }, await lab.gateway());
    await again.message('started');
    expect((await client.closed).code).toBe(4001);
    expect(lab.requests.all[1]).toMatchObject(admission);
  });

  test.each([
    ['no token', () => ({}), 'send a token of this session'],
    [
      'a token of another session',
      () => ({ token: issueToken([key], { session: 'other' }) }),
      'another session',
    ],
    [
      'an old token',
      (lab: GatewayLab) => ({ token: issueToken([key], lab, Date.now() - 301_000) }),
      'expired',
    ],
    [
      'a token of a key that is gone',
      (lab: GatewayLab) => ({ token: issueToken([{ ...key, secret: Buffer.alloc(32) }], lab) }),
      'not signed',
    ],
    [
      'a customer of their own choice',
      (lab: GatewayLab) => ({ token: issueToken([key], lab), customer: 'c-2' }),
      'customer: the token does not say so',
    ],
    [
      'a number of their own choice',
      (lab: GatewayLab) => ({ token: issueToken([key], lab), phone: '+14155550123' }),
      'phone: the token does not say so',
    ],
    [
      'a tenant of their own choice',
      (lab: GatewayLab) => ({ token: issueToken([key], { session: lab.session, tenant: 'a' }), tenant: 'b' }),
      'tenant: the token does not say so',
    ],
  ])('with %s has no call', async (_, more, reason) => {
    const lab = await guarded();
    const client = await start(lab, more(lab));
    expect((await client.message('refused')).reason).toContain(reason);
    expect((await client.closed).code).toBe(1008);
    expect(lab.requests.all).toEqual([]);
  });

  test('says things too early without harm', async () => {
    const lab = await guarded();
    const client = await start(lab, {});
    client.send(Buffer.alloc(640));
    client.send({ type: 'text', text: 'let me in' });
    expect((await client.closed).code).toBe(1008);
  });
});

describe('a stream of Twilio’s', () => {
  const twilio = { TWILIO_AUTH_TOKEN: 'a-secret', ORKESTRA_PUBLIC_URL: 'https://voice.example.com' };

  test('has the call of the token that its TwiML carries', async () => {
    const lab = await guarded();
    const stream = new TwilioStream(await lab.connect('/twilio'));
    const phone = '+14155550123';
    stream.start('CA1', {
      session: lab.session,
      phone,
      token: issueToken([key], { session: lab.session, phone }),
    });
    await lab.requests.first(() => true);
    expect(lab.requests.all).toMatchObject([{ session: lab.session, phone }]);
  });

  test('without a token has no call', async () => {
    const lab = await guarded(twilio);
    const stream = new TwilioStream(await lab.connect('/twilio'));
    stream.start('CA1', { session: lab.session });
    expect((await stream.client.closed).reason).toContain('send a token of this session');
    expect(lab.requests.all).toEqual([]);
  });

  test.each([
    ['signed by this account is believed', 'a-secret', '/twilio', 1],
    ['signed by another account is not', 'b-secret', '/twilio', 0],
    ['signed for another address is not', 'a-secret', '/ws', 0],
  ])('%s', async (_, secret, path, calls) => {
    const lab = await guarded(twilio);
    const signature = getExpectedTwilioSignature(secret, `wss://voice.example.com${path}`, {});
    const url = `ws://127.0.0.1:${lab.first.port}/twilio`;
    const client = await Client.connect(url, { 'x-twilio-signature': signature });
    new TwilioStream(client).start('CA1', { session: lab.session, customer: 'c-1' });
    if (calls) await lab.requests.first(() => true);
    else await client.closed;
    expect(lab.requests.all).toHaveLength(calls);
    client.socket.terminate();
  });

  test('a signature of Twilio’s opens no other door', async () => {
    const lab = await guarded(twilio);
    const signature = getExpectedTwilioSignature('a-secret', 'wss://voice.example.com/pcm', {});
    const client = await Client.connect(`ws://127.0.0.1:${lab.first.port}/pcm`, {
      'x-twilio-signature': signature,
    });
    client.send({ type: 'start', session: lab.session, sampleRate: 16_000 });
    expect((await client.message('refused')).reason).toContain('send a token');
  });
});

describe('the page', () => {
  const ask = (lab: GatewayLab, init: RequestInit = {}) =>
    fetch(`http://127.0.0.1:${lab.first.port}/token`, { method: 'POST', ...init });

  test('where it is open to everybody, gets a token for a new session', async () => {
    const lab = await guarded({ ORKESTRA_PAGE_OPEN: 'true' });
    const permit = (await (await ask(lab)).json()) as { session: string; token: string };
    const client = await start(lab, permit);
    await client.message('started');
    expect(lab.requests.all).toMatchObject([{ session: permit.session }]);
  });

  test('where it is not, gets none', async () => {
    const lab = await guarded();
    expect((await ask(lab)).status).toBe(403);
  });

  test('of another site gets none', async () => {
    const lab = await guarded({ ORKESTRA_PAGE_OPEN: 'true' });
    expect((await ask(lab, { headers: { origin: 'https://evil.example' } })).status).toBe(403);
    expect((await ask(lab, { method: 'GET' })).status).toBe(405);
  });

  test('gets no more than 60 a minute for one address', async () => {
    const lab = await guarded({ ORKESTRA_PAGE_OPEN: 'true' });
    const all = await Promise.all(Array.from({ length: 61 }, () => ask(lab)));
    expect(all.filter(({ status }) => status === 429)).toHaveLength(1);
  });
});

test('a gateway that can’t check tokens does not open, unless it is told to take everybody', () => {
  expect(() => new CallerTokens({ sessionKeys: [], open: false })).toThrow(
    /ORKESTRA_SESSION_KEYS.*ORKESTRA_GATEWAY_OPEN/,
  );
  expect(
    new CallerTokens({ sessionKeys: [], open: true }).issue({ session: 'call-1', domain: 'banking' }),
  ).toBeUndefined();
});
