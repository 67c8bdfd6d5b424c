import { transferIn } from '../call/effects.ts';
import type { Turn } from '../call/transcript.ts';
import type { CallMemory } from './memory.ts';

/** A call on its way to a person. */
export interface Transfer {
  reason: string;
  /** What the person is told, in a few spoken sentences. */
  summary: string;
}

/** The caller's words that a person is told, and their longest, in characters. */
const TURNS = 4;
const LONGEST = 160;

/** Why this turn puts the caller through; undefined where it does not. */
export function transferReason({ tools }: Turn): string | undefined {
  const transfer = transferIn(tools);
  if (!transfer) return undefined;
  return transfer.reason ? clip(transfer.reason) : 'the caller asked for a person';
}

/** Tells a person what the call is about: by template, so that nothing is made up. */
export function handoverSummary(memory: CallMemory, reason: string): string {
  const { phone } = memory.request;
  const customer = memory.identity.customer ?? memory.request.customer;
  const { turns } = memory.transcript();
  const said = turns.slice(-TURNS).map(({ caller }) => `“${clip(caller)}”`);
  const who = customer ? `Customer ${[...customer].join(' ')}` : 'A caller';
  const from = phone ? `, on the number that ends in ${phone.at(-2)} ${phone.at(-1)},` : '';
  const check = memory.identity.state === 'verified' ? ' Their identity has been checked.' : '';
  const words = said.length === 0 ? '' : ` In their own words: ${said.join(', then ')}.`;
  return `${who}${from} has spoken with the virtual assistant.${check} Reason for the transfer: ${reason}.${words}`;
}

const clip = (text: string) => {
  const line = text
    .replace(/\s+/g, ' ')
    .replace(/[.!?\s]+$/, '')
    .trim();
  return line.length > LONGEST ? `${line.slice(0, LONGEST - 1)}…` : line;
};
