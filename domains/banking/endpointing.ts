import type { EndpointingHints } from '../endpointing.ts';

/** The first name that fits counts: the last four digits of a card before its number. */
export const endpointing: EndpointingHints = {
  dictated: [
    { named: /\blast four\b/i, digits: 4 },
    { named: /\baccount number\b/i, digits: 10 },
    { named: /\b(?:customer|client) number\b/i, digits: 6 },
    { named: /\btelephone code\b/i, digits: 4 },
    { named: /\b(?:tele)?phone number\b/i, digits: 10 },
    { named: /\bcard number\b/i, digits: 16 },
  ],
  // Mishaps that callers report in a sentence, and wait.
  handsOver:
    /\b(?:(?:lost|stolen|stole)\b.*\b(?:card|wallet|purse|pin|phone)\b.*|(?:don't|didn't|do not) recogni[sz]e|haven't received .*|speak to (?:a|someone|somebody)\b.+|go ahead)$/i,
};
