import type { Domain } from '../domain.ts';
import { awaitedByBooking } from './booking.ts';
import { intents, manipulation, offTopic } from './intents.ts';
import * as prompts from './prompts.ts';
import { effects, tools } from './tools.ts';

/** Lakeside Health Centre, which does not exist: appointments, and what callers ask a practice. */
export const clinic: Domain = {
  name: 'clinic',
  ...prompts,
  tools,
  effects,
  intents,
  offTopic,
  manipulation,
  misheard: [],
  awaited: awaitedByBooking,
  cutsIn:
    /\b(?:appointments?|doctors?|nurse|emergency|ambulance|prescriptions?|tablets|pills|test results?|opening hours?|address|parking|reschedule|someone|somebody)\b/i,
};
