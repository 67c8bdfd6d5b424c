/**
 * "Loan", "card", "pay" and "APR" as recognisers write them, in lower case: seen in what Moonshine made of the
 * calibration half over a noisy telephone line. Each only where the rest of the words leave no other reading.
 */
export const misheard: readonly (readonly [heard: RegExp, meant: string])[] = [
  [/\b(get|give me|like|need|take|want) (?:alone|along)\b/g, '$1 a loan'],
  [/\balone (of|for|over) (?=ten thousand|three years)/g, 'a loan $1 '],
  [/\b(?:lone|lawn) (of|for|over)\b/g, 'loan $1'],
  [/\b(a|the|personal|my) lone\b/g, '$1 loan'],
  [/\b(the|that|this) (?:long|law)$/g, '$1 loan'],
  [/\b(my|a|the|bank|debit|credit|lost) carts?\b/g, '$1 card'],
  [/\b(lost|block|stop|freeze|using|swallowed|ate|kept) (my|a|the) cars?\b/g, '$1 $2 card'],
  [/\b(can't|cannot|not|able to|to|can you|i) say (my|the whole|off|back)\b/g, '$1 pay $2'],
  [/\ba ?[pt] r\b/g, 'apr'],
];
