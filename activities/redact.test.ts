import { describe, expect, test } from 'vitest';
import type { RecordTurnInput } from './types.ts';
import { redactedActivities, redactor } from './redact.ts';

const all = redactor(['cards', 'accounts', 'phones', 'emails'])!;

describe('what is redacted of a transcript', () => {
  test.each([
    ['My card is 4111 1111 1111 1111, thanks.', 'My card is [card number], thanks.'],
    ['It is 4111-1111-1111-1111.', 'It is [card number].'],
    ['4 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1', '[card number]'],
    ['four one double one, one one one one, one one one one, one one one one please', '[card number] please'],
    ['Call me at +1 415 555 0123.', 'Call me at [phone number].'],
    ['That is four one five, five five five, oh one two three', 'That is [phone number]'],
    ['My account is 412239', 'My account is [account number]'],
    ['DE89 3704 0044 0532 0130 00 is my IBAN', '[account number] is my IBAN'],
    ['Write to jane.doe@example.co.uk now', 'Write to [e-mail address] now'],
    ['it is jane dot doe at example dot com', 'it is [e-mail address]'],
  ])('%s', (said, kept) => expect(all(said)).toBe(kept));

  test.each([
    'Ten thousand dollars over three years.',
    'That would be $10,000.00, or $1,250,000 at 8.5 percent.',
    'We open at nine, on 24 May 2026.',
    'I will be at home at ten.',
  ])('not: %s', (said) => expect(all(said)).toBe(said));

  test('kinds that are not asked for stay', () => {
    expect(redactor(['emails'])!('4111 1111 1111 1111, a@b.com')).toBe(
      '4111 1111 1111 1111, [e-mail address]',
    );
    expect(redactor(['cards'])!('+1 415 555 0123')).toBe('+1 415 555 0123');
    expect(redactor([])).toBeUndefined();
  });

  test('a turn is written without it, in its tools as well', async () => {
    const written: RecordTurnInput[] = [];
    const rows = { recordTurn: async (input: RecordTurnInput) => void written.push(input) } as never;
    const said = 'My card is 4111 1111 1111 1111';
    const turn = {
      caller: said,
      answer: said,
      heard: said,
      tools: [{ name: 't', input: { of: [said] }, output: said }],
    };
    await redactedActivities(rows, all).recordTurn({ session: 's', domain: 'd', turn } as never);
    expect(JSON.stringify(written)).not.toContain('4111');
    expect(JSON.stringify(written).match(/\[card number\]/g)).toHaveLength(5);
  });
});
