import { sign as signElsewhere, verify } from 'hono/jwt';
import { describe, expect, test } from 'vitest';
import { issueToken, readToken } from './session-token.ts';

const old = { name: '2026-05', secret: Buffer.alloc(32, 1) };
const now = { name: '2026-11', secret: Buffer.alloc(32, 2) };
const soon = () => Math.floor(Date.now() / 1_000) + 60;
const claims = () => ({ aud: 'orkestra', sub: 'call-1', exp: soon() });

/** Signed as any other system's library would. */
const signed = (payload: object, { secret } = now, algorithm: 'HS256' | 'HS512' = 'HS256') =>
  signElsewhere(payload as never, secret.toString('latin1'), algorithm);
const latin = { name: 'any', secret: Buffer.from('k'.repeat(32)) };

describe('a token', () => {
  test('says which session, and who calls', () => {
    const admission = {
      session: 'call-1',
      tenant: 'north',
      domain: 'banking',
      customer: 'c-1',
      phone: '+14155550123',
    };
    expect(readToken([now], issueToken([now], admission))).toEqual(admission);
  });

  test('is signed by the first key, and read by each', () => {
    const token = issueToken([old], { session: 'call-1' });
    expect(readToken([now, old], token)).toEqual({ session: 'call-1' });
    const newer = issueToken([now, old], { session: 'call-1' });
    expect(() => readToken([old], newer)).toThrow('not signed with a key of this system');
  });

  test('is good for five minutes', () => {
    const token = issueToken([now], { session: 'call-1' }, Date.now() - 299_000);
    expect(readToken([now], token)).toEqual({ session: 'call-1' });
    expect(() => readToken([now], token, Date.now() + 5_000)).toThrow('expired');
  });

  test('is a JSON Web Token that others read and write, with or without the name of the key', async () => {
    const token = issueToken([latin], { session: 'call-1' });
    expect(await verify(token, latin.secret.toString(), 'HS256')).toMatchObject({ sub: 'call-1' });
    expect(readToken([now, latin], await signed(claims(), latin))).toEqual({ session: 'call-1' });
  });

  test.each([
    ['nothing', () => '', 'no token'],
    ['words', () => 'let me in', 'no token'],
    ['more than is ever needed', () => 'a.b.c'.repeat(300), 'no token'],
    ['three empty parts', () => '..', 'not signed'],
    ['another algorithm', () => signed(claims(), latin, 'HS512'), 'not signed'],
    ['no algorithm', () => unsigned({ alg: 'none' }), 'not signed'],
    ['a key that is not there', () => issueToken([old], { session: 'call-1' }), 'not signed'],
    ['a changed session', () => forged(), 'not signed'],
    ['another audience', () => signed({ ...claims(), aud: 'shop' }, latin), 'not for a call: aud'],
    ['a session that can be none', () => signed({ ...claims(), sub: 'a b' }, latin), 'not for a call: sub'],
    ['no end', () => signed({ aud: 'orkestra', sub: 'call-1' }, latin), 'not for a call: exp'],
    ['a day', () => signed({ ...claims(), exp: soon() + 86_400 }, latin), 'more than an hour'],
  ])('with %s is refused', async (_, make, reason) => {
    const token = await make();
    expect(() => readToken([now, latin], token)).toThrow(reason);
  });
});

const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url');
const unsigned = (header: object) => `${encode(header)}.${encode(claims())}.`;
function forged() {
  const [header, , signature] = issueToken([now], { session: 'call-1' }).split('.');
  return `${header}.${encode({ ...claims(), sub: 'call-2' })}.${signature}`;
}
