import { afterEach, expect, test, vi } from 'vitest';
import { issueToken } from '../call/session-token.ts';
import { obtainPermit } from './permit.ts';

afterEach(() => vi.unstubAllGlobals());

const answering = (status: number, body: string) =>
  vi.stubGlobal('fetch', async () => new Response(body, { status }));

test('a link with a token is good for the call of that token', async () => {
  const token = issueToken([{ name: 'k', secret: Buffer.alloc(32, 1) }], { session: 'my-call' });
  expect(await obtainPermit(`#token=${token}`)).toEqual({ session: 'my-call', token });
});

test('without a link the gateway is asked for a new call', async () => {
  answering(200, JSON.stringify({ session: 'new', token: 't' }));
  expect(await obtainPermit('')).toEqual({ session: 'new', token: 't' });
});

test.each([
  ['a page that is not open to everybody', 403, 'Open it by a link.', 'Open it by a link.'],
  ['a gateway that is not well', 502, '<html>', 'The gateway does not answer. Try again in a moment.'],
])('%s says what to do', async (_, status, body, sentence) => {
  answering(status, body);
  await expect(obtainPermit('')).rejects.toThrow(sentence);
});

test('a damaged link says so', async () => {
  await expect(obtainPermit('#token=abc')).rejects.toThrow('The link to this page is damaged');
});
