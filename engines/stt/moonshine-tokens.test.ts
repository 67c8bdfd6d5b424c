import { describe, expect, test } from 'vitest';
import { moonshineTokens } from './moonshine-tokens.ts';

const base64 = (bytes: string | Buffer) => Buffer.from(bytes).toString('base64');

describe('the tokens of Moonshine', () => {
  test('each token becomes a line: base64, then its number', () => {
    expect(moonshineTokens(Buffer.from('\x02hi\x03you'))).toBe(`${base64('hi')} 0\n${base64('you')} 1\n`);
  });

  test('a token without bytes keeps its number', () => {
    expect(moonshineTokens(Buffer.from('\x00\x01a'))).toBe(` 0\n${base64('a')} 1\n`);
  });

  test('bytes that are no text are kept as they are', () => {
    expect(moonshineTokens(Buffer.from([1, 0xe2]))).toBe(`${base64(Buffer.from([0xe2]))} 0\n`);
  });

  test('a length of two bytes is put together', () => {
    const token = 'x'.repeat(300);
    const bytes = Buffer.concat([Buffer.from([300 - 128, 2]), Buffer.from(token)]);
    expect(moonshineTokens(bytes)).toBe(`${base64(token)} 0\n`);
  });

  test.each([
    ['cut short in a token', Buffer.from('\x05hi')],
    ['cut short in a length', Buffer.from([200])],
    ['empty', Buffer.alloc(0)],
  ])('a file that is %s is refused', (_, bytes) => {
    expect(() => moonshineTokens(bytes)).toThrow(/tokenizer\.bin is (damaged|empty)/);
  });
});
