import { randomBytes } from 'node:crypto';
import type { Query } from '../domain.ts';
import { hashCode } from './effects/identity.ts';

/** Accounts: type, cents, and the last four digits of its card. */
type Account = [type: 'checking' | 'savings' | 'loan', cents: number, card?: string];

interface DemoCustomer {
  id: string;
  name: string;
  dateOfBirth: string;
  postcode: string;
  /** From the range of numbers kept for fiction. */
  phone: string;
  code: string;
  accounts: Account[];
}

/** Customers of a bank that does not exist, none of whom do either: for demonstrations and tests alone. */
export const demoCustomers: readonly DemoCustomer[] = [
  one('412239', 'Ada Quill', '1980-05-03', '10001', '+12025550101', '7315', [
    ['checking', 124_350, '4821'],
    ['savings', 980_000],
  ]),
  one('412240', 'Bruno Marsh', '1974-11-21', '10002', '+12025550102', '2048', [['checking', 8_012, '1177']]),
  one('412241', 'Celia Voss', '1991-02-14', '10003', '+12025550103', '9061', [
    ['checking', 310_199, '6502'],
    ['loan', 756_220],
  ]),
  one('412242', 'Dmitri Hale', '1966-07-12', '10004', '+12025550104', '4410', [['savings', 2_450_075]]),
  one('412243', 'Esme Tarrant', '2001-03-31', '10005', '+12025550105', '5823', [
    ['checking', 41_990, '3390'],
  ]),
  one('412244', 'Felix Oduya', '1988-09-09', '10006', '+12025550106', '1296', [
    ['checking', 0, '7754'],
    ['loan', 1_200_000],
  ]),
  one('412245', 'Greta Lund', '1959-12-01', '10007', '+12025550107', '8837', [
    ['checking', 602_713, '2281'],
    ['savings', 5_500_000],
  ]),
  one('412246', 'Hugo Bellamy', '1995-06-18', '10008', '+12025550108', '3672', [
    ['checking', 15_475, '9913'],
  ]),
  one('412247', 'Iris Calloway', '1983-01-27', '10009', '+12025550109', '6154', [
    ['checking', 233_308, '4046'],
  ]),
  one('412248', 'Jonas Reiter', '1970-10-05', '10010', '+12025550110', '7029', [
    ['checking', 77_777, '5568'],
    ['savings', 120_000],
  ]),
  one('412249', 'Kira Ansel', '1999-08-23', '10011', '+12025550111', '2590', [['checking', 4_205, '8125']]),
  one('412250', 'Leo Marchetti', '1962-04-16', '10012', '+12025550112', '9948', [
    ['checking', 918_460, '6637'],
    ['loan', 89_015],
  ]),
];

function one(
  id: string,
  name: string,
  dateOfBirth: string,
  postcode: string,
  phone: string,
  code: string,
  accounts: Account[],
): DemoCustomer {
  return { id, name, dateOfBirth, postcode, phone, code, accounts };
}

/** Adds the customers that are missing; those who are there stay as they are. */
export async function seedDemoCustomers(query: Query): Promise<void> {
  for (const { id, name, dateOfBirth, postcode, phone, code, accounts } of demoCustomers) {
    const salt = randomBytes(16).toString('hex');
    await query(
      `insert into customers (id, name, date_of_birth, postcode, phone, code_salt, code_hash)
       values ($1, $2, $3, $4, $5, $6, $7) on conflict do nothing`,
      [id, name, dateOfBirth, postcode, phone, salt, await hashCode(code, salt)],
    );
    for (const [i, [type, cents, card]] of accounts.entries()) {
      await query('insert into accounts values ($1, $2, $3, $4, $5, $6) on conflict do nothing', [
        `70${id}${i}0`,
        id,
        type,
        cents,
        card ?? null,
        card ? 'active' : null,
      ]);
    }
  }
}
