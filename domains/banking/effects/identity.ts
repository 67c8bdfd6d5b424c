import { scrypt, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import { z } from 'zod';
import { maskCustomer } from '../../../call/mask.ts';
import type { EffectTool } from '../../domain.ts';

const HASH_BYTES = 32;
const hash = promisify(scrypt) as (code: string, salt: string, bytes: number) => Promise<Buffer>;

/** What is stored of a telephone code, as hex. */
export const hashCode = async (code: string, salt: string): Promise<string> =>
  (await hash(code, salt, HASH_BYTES)).toString('hex');

interface Row {
  id: string;
  date_of_birth: string;
  code_salt: string;
  code_hash: string;
}

/** Checked like a customer where there is none, so that time does not tell which numbers exist. */
const NOBODY: Row = { id: '', date_of_birth: '', code_salt: '', code_hash: '00'.repeat(HASH_BYTES) };

interface IdentityInput {
  number: string;
  date_of_birth?: string;
  code?: string;
}

export const verifyIdentity: EffectTool<IdentityInput> = {
  name: 'verify_identity',
  description:
    'Checks who the caller is, by a customer number (6 digits) or account number (10 digits), and a date of birth or the 4 digits of the telephone code. Only ever with what the caller said in this call. After three failures no further check is possible.',
  input: z
    .object({
      number: z
        .string()
        .regex(/^(\d{6}|\d{10})$/)
        .describe('Customer number of 6 digits, or account number of 10 digits'),
      date_of_birth: z.iso.date().optional().describe('YYYY-MM-DD'),
      code: z
        .string()
        .regex(/^\d{4}$/)
        .optional()
        .describe('The 4 digits of the telephone code'),
    })
    .strict()
    .refine((input) => input.date_of_birth ?? input.code, 'give date_of_birth or code'),
  checksIdentity: true,
  conceal: ({ number, date_of_birth, code }) => ({
    number: maskCustomer(number),
    ...(date_of_birth && { date_of_birth: '•••' }),
    ...(code && { code: '•••' }),
  }),
  async run({ number, date_of_birth, code }, { query }) {
    const [row = NOBODY] = await query<Row>(
      `select id, to_char(date_of_birth, 'YYYY-MM-DD') as date_of_birth, code_salt, code_hash from customers
       where id = $1 or id = (select customer from accounts where number = $1)`,
      [number],
    );
    const codeFits = code === undefined || (await fits(code, row));
    const dateFits = date_of_birth === undefined || date_of_birth === row.date_of_birth;
    const verified = row !== NOBODY && codeFits && dateFits;
    return { output: { verified }, identity: verified ? { customer: row.id } : 'mismatch' };
  },
};

const fits = async (code: string, { code_salt, code_hash }: Row) =>
  timingSafeEqual(await hash(code, code_salt, HASH_BYTES), Buffer.from(code_hash, 'hex'));
