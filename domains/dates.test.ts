import { expect, it } from 'vitest';
import { findDate, namesMonth } from './dates.ts';
import { findDigitRuns } from './spoken-digits.ts';

it.each([
  ['the third of May nineteen eighty', '1980-05-03'],
  ['I was born on May third, nineteen eighty-five.', '1985-05-03'],
  ['May 3rd, 1980', '1980-05-03'],
  ['3 May 1980', '1980-05-03'],
  ['may the third 1980', '1980-05-03'],
  ['the twenty first of december nineteen oh five', '1905-12-21'],
  ['the thirty-first of March two thousand and one', '2001-03-31'],
  ['Sept 12 1966', undefined],
  ['September twelve 1966', '1966-09-12'],
  ['twelfth of july sixty six', '1966-07-12'],
  ['5/3/1980', '1980-05-03'],
  ['1980-05-03', '1980-05-03'],
  ['05031980', '1980-05-03'],
  ['0 5 0 3 1 9 8 0', '1980-05-03'],
  ['the thirtieth of February nineteen eighty', undefined],
  ['the third of May', undefined],
  ['nineteen eighty', undefined],
  ['13131980', undefined],
  ['', undefined],
])('%s', (text, expected) => expect(findDate(text)).toBe(expected));

it('part of a date is told by its month', () => {
  expect(namesMonth('the third of May')).toBe(true);
  expect(namesMonth('the third')).toBe(false);
});

it.each([
  ['four one two two three nine', ['412239']],
  ['It is four one, double two, thirty nine.', ['412239']],
  ['412239', ['412239']],
  ['412 239', ['412239']],
  ['41-22-39', ['412239']],
  ['412239#', ['412239']],
  ['oh one twelve, twenty', ['011220']],
  ['number 412239, born on 5', ['412239', '5']],
  ['none at all', []],
])('digits: %s', (text, expected) => expect(findDigitRuns(text)).toEqual(expected));

it('a hundred keyed digits are one run', () => {
  expect(findDigitRuns('7'.repeat(100))).toEqual(['7'.repeat(100)]);
});
