import type { EffectTool } from '../../domain.ts';
import { transferToPerson } from '../../transfer.ts';
import { accountBalance, blockCard } from './accounts.ts';
import { verifyIdentity } from './identity.ts';
import { createPaymentPlan, optOut } from './requests.ts';

export const effects: readonly EffectTool[] = [
  verifyIdentity,
  accountBalance,
  blockCard,
  createPaymentPlan,
  optOut,
  transferToPerson,
];
