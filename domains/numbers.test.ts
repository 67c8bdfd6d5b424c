import { describe, expect, it } from 'vitest';
import { findQuantities } from './numbers.ts';

/** The figures of a transcript in a short notation: `$10000`, `$300/month`, `36mo`, `8.5%`, `4x`, `#55512`, `7`. */
const figures = (text: string) =>
  findQuantities(text)
    .map((found) => {
      if (found.kind === 'money') return `$${found.cents / 100}${found.per ? `/${found.per}` : ''}`;
      if (found.kind === 'duration') return `${found.months}mo`;
      if (found.kind === 'percent') return `${found.basisPoints / 100}%`;
      if (found.kind === 'payments') return `${found.count}x`;
      return found.kind === 'digits' ? `#${found.digits}` : `${found.value}`;
    })
    .join(' ');

describe('figures in a transcript', () => {
  it.each([
    ['ten thousand dollars', '$10000'],
    ['$10,000', '$10000'],
    ['$10,000.00', '$10000'],
    ['$10000', '$10000'],
    ['10 000 dollars', '$10000'],
    ['10 grand', '$10000'],
    ['10k', '$10000'],
    ['$10k', '$10000'],
    ['$10 thousand', '$10000'],
    ['$10,000 dollars', '$10000'],
    ['10,000 USD', '$10000'],
    ['dollar five thousand', '$5000'],
    ['dollars, four hundred sixty', '$460'],
    ['a thousand bucks', '$1000'],
    ['a hundred and twenty dollars', '$120'],
    ['twelve hundred and fifty dollars', '$1250'],
    ['twenty-five hundred dollars', '$2500'],
    ['two thousand five hundred dollars', '$2500'],
    ['one thousand and fifty dollars', '$1050'],
    ['a hundred and fifty thousand dollars', '$150000'],
    ['six fifty dollars', '$650'],
    ['twelve eighty dollars', '$1280'],
    ['one and a half thousand dollars', '$1500'],
    ['three and a half grand', '$3500'],
    ['two point five thousand dollars', '$2500'],
    ['$1.5 million', '$1500000'],
    ['half a million dollars', '$500000'],
    ['half a grand', '$500'],
    ['a couple of thousand dollars', '$2000'],
    ['six hundred dollars and fifty cents', '$600.5'],
    ['$600.50', '$600.5'],
    ['ninety nine cents', '$0.99'],
    ['four hundred and ninety-nine dollars and ninety-five cents', '$499.95'],
    ['to thousand dollars', '$2000'],
    ['ate hundred dollars', '$800'],
    ['three hundred dollars a month', '$300/month'],
    ['$52,000 per year', '$52000/year'],
    ['four thousand a month', '$4000/month'],
    ['100 dollars monthly', '$100/month'],
  ])('money: %s', (text, expected) => expect(figures(text)).toBe(expected));

  it.each([
    ['three years', '36mo'],
    ['36 months', '36mo'],
    ['thirty six months', '36mo'],
    ['an 18-month loan', '18mo'],
    ['five-year', '60mo'],
    ['over a year', '12mo'],
    ['a year and a half', '18mo'],
    ['one year and a half', '18mo'],
    ['one and a half years', '18mo'],
    ['two and a half years', '30mo'],
    ['half a year', '6mo'],
    ['a couple of years', '24mo'],
    ['three years and six months', '42mo'],
    ['3 years 6 months', '42mo'],
    ['2.5 years', '30mo'],
    ['a dozen months', '12mo'],
    ['over to years', '24mo'],
    ['over for years', '48mo'],
    ["over five year's", '60mo'],
  ])('spans of time: %s', (text, expected) => expect(figures(text)).toBe(expected));

  it.each([
    ['8.5%', '8.5%'],
    ['eight and a half percent', '8.5%'],
    ['eight point two five percent', '8.25%'],
    ['zero per cent', '0%'],
    ['12 percent', '12%'],
  ])('percentages: %s', (text, expected) => expect(figures(text)).toBe(expected));

  it.each([
    ['six hundred', '600'],
    ['six hundred and five', '605'],
    ['a hundred', '100'],
    ['twenty one', '21'],
    ['three million two hundred thousand and seven', '3200007'],
    ['between five and ten thousand', '5 10000'],
    ['in four parts', '4x'],
    ['I missed two payments', '2'],
    ['split into 6 payments', '6x'],
    ['five five five one two', '#55512'],
    ['double five five oh one', '#55501'],
    ['4 1 5', '#415'],
  ])('other numbers: %s', (text, expected) => expect(figures(text)).toBe(expected));

  it.each([
    ['Hello, I would like a loan of ten thousand dollars over three years.', '$10000 36mo'],
    ['Hello, I would like to loan a $10,000 over three years.', '$10000 36mo'],
    ['Can we set up a payment plan for six hundred dollars over six months?', '$600 6mo'],
    ['give me a quote for 25,000 over 60 months please', '25000 60mo'],
    ['I earn $4,000 a month and need fifteen thousand for two years', '$4000/month 15000 24mo'],
    ['I owe you dollars, four hundred sixty. Can I pay it over three months?', '$460 3mo'],
    ['I owe $500, 200 of it since June', '$500 200'],
  ])('a whole sentence: %s', (text, expected) => expect(figures(text)).toBe(expected));

  it.each([
    'how much is that a month',
    'I missed a payment last month',
    'I have been a customer for years',
    'in March 2023',
    'I need to know',
    'the first and the 3rd',
    'are you there too',
    'a half',
    '',
    '$',
  ])('none in: %s', (text) => expect(figures(text)).toBe(''));

  it('are found where they were said', () => {
    const text = 'I need $5,000 over two years.';
    expect(findQuantities(text).map(({ start, end }) => text.slice(start, end))).toEqual([
      '$5,000',
      'two years',
    ]);
  });

  it('are refused beyond what a bank could mean, and long input ends', () => {
    expect(figures('9'.repeat(30))).toBe('');
    expect(figures('nine '.repeat(2_000))).toHaveLength(2_001);
    expect(figures('a hundred and '.repeat(2_000))).not.toBe('');
  });
});
