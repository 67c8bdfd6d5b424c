import type { Domain } from '../domain.ts';
import { seedDemoCustomers } from './demo-customers.ts';
import { effects } from './effects/index.ts';
import { endpointing } from './endpointing.ts';
import { awaitedByCheck } from './identity-check.ts';
import { bankingIntents } from './intents/index.ts';
import { misheard } from './misheard.ts';
import { manipulation, offTopic } from './off-topic.ts';
import { apology, fallback, farewell, greeting, idlePrompts, instructions, voicemail } from './prompts.ts';
import { tools } from './tools.ts';

/** Northwind Bank, which does not exist: loans, payment plans, and what callers ask a bank. */
export const banking: Domain = {
  name: 'banking',
  greeting,
  idlePrompts,
  farewell,
  apology,
  voicemail,
  instructions,
  tools,
  effects,
  intents: bankingIntents,
  offTopic,
  manipulation,
  misheard,
  fallback,
  awaited: awaitedByCheck,
  seedDemo: seedDemoCustomers,
  endpointing,
  cutsIn:
    /\b(?:(?:re)?payments?|loans?|rates?|interest|mortgages?|savings|deposits?|fees?|balance|accounts?|cards?|statements?|transfers?|opening hours?|branch(?:es)?|cash|fraud|stolen|lost|complaint|representative|manager|colleague|someone|somebody)\b/i,
};
