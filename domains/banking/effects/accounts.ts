import { z } from 'zod';
import type { EffectTool } from '../../domain.ts';
import { dollars } from '../../money.ts';

/** What account_balance tells; amounts as they are to be said. */
export interface Balances {
  accounts: { type: 'checking' | 'savings' | 'loan'; ends_in: string; balance: string }[];
}

export interface BlockedCards {
  /** The last four digits of each card that was blocked now. */
  blocked: string[];
}

const nothing = z.object({}).strict();

export const accountBalance: EffectTool<object> = {
  name: 'account_balance',
  description:
    'Looks up the balances of the caller’s own accounts. Refused until verify_identity has succeeded in this call.',
  input: nothing,
  requires: 'identity',
  async run(_, { customer, query }) {
    const rows = await query<{ type: Balances['accounts'][0]['type']; number: string; cents: string }>(
      'select type, number, balance_cents as cents from accounts where customer = $1 order by type, number',
      [customer],
    );
    const accounts = rows.map(({ type, number, cents }) => ({
      type,
      ends_in: number.slice(-2),
      balance: dollars(Number(cents)),
    }));
    return { output: { accounts } satisfies Balances };
  },
};

export const blockCard: EffectTool<object> = {
  name: 'block_card',
  description:
    'Blocks the caller’s own cards at once, for when one is lost or stolen. Refused until verify_identity has succeeded in this call.',
  input: nothing,
  requires: 'identity',
  async run(_, { customer, query }) {
    const rows = await query<{ card_last4: string }>(
      `update accounts set card_state = 'blocked' where customer = $1 and card_state = 'active' returning card_last4`,
      [customer],
    );
    return { output: { blocked: rows.map((row) => row.card_last4) } satisfies BlockedCards };
  },
};
