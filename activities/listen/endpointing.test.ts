import { describe, expect, test } from 'vitest';
import { defaultCallSettings } from '../../call/settings.ts';
import { endpointDelayMs, soundsFinished } from './endpointing.ts';

describe('words that sound finished', () => {
  test.each([
    'What is my balance?',
    'I would like a loan of ten thousand dollars over three years.',
    'Yes please',
    'No',
    'Five',
    'That is all, thank you.',
  ])('“%s” ends after the short silence', (text) => {
    expect(soundsFinished(text)).toBe(true);
    expect(endpointDelayMs(text, defaultCallSettings)).toBe(defaultCallSettings.endpointingMs);
  });

  test.each(['I also missed a payment last month.', 'My husband opened an account with you in March.'])(
    '“%s” states something: it waits a little longer, for what may follow',
    (text) => {
      const delay = endpointDelayMs(text, defaultCallSettings);
      expect(delay).toBeGreaterThan(defaultCallSettings.endpointingMs);
      expect(delay).toBeLessThan(defaultCallSettings.endpointingMaxMs);
    },
  );

  test.each([
    'I would like to',
    'My account number is',
    'I have a loan and',
    'My number is four five five',
    'Well,',
    'I was wondering…',
    'um',
    '',
  ])('“%s” waits for the long one', (text) => {
    expect(soundsFinished(text)).toBe(false);
    expect(endpointDelayMs(text, defaultCallSettings)).toBe(defaultCallSettings.endpointingMaxMs);
  });

  test('the long silence is never shorter than the short one', () => {
    const settings = { ...defaultCallSettings, endpointingMs: 800, endpointingMaxMs: 200 };
    expect(endpointDelayMs('and', settings)).toBe(800);
  });
});
