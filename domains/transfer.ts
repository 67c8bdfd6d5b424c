import { z } from 'zod';
import { TRANSFER, type TransferResult } from '../call/effects.ts';
import type { EffectTool } from './domain.ts';

export const transferToPerson: EffectTool<{ reason: string }> = {
  name: TRANSFER,
  description:
    'Puts the caller through to a person, once your words are spoken. Use it when the caller asks for one, or when you cannot help. If nobody is reached, say so.',
  input: z
    .object({ reason: z.string().trim().min(1).max(200).describe('Why, in a few words for that person') })
    .strict(),
  run: async (_, { canTransfer }) => ({ output: { reached: canTransfer } satisfies TransferResult }),
};
