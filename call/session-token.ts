import { createHmac, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import type { NamedKey } from '../config/keys.ts';
import {
  customerIdSchema,
  domainNameSchema,
  phoneSchema,
  sessionIdSchema,
  tenantNameSchema,
} from './request.ts';

/**
 * A caller's token: a JSON Web Token (RFC 7519) signed with HS256, so that any system that has the key can issue one.
 * `sub` is the session; what it says of the caller is believed, and nothing else is.
 */

/** How long a token of ours is good, s; callers who are connected get new ones. */
export const TOKEN_SECONDS = 300;
/** Nobody's token may be good for longer than this, s. */
const LONGEST_SECONDS = 3_600;
const LONGEST_TOKEN = 1_000;
const AUDIENCE = 'orkestra';

/** What may be a token. */
export const tokenSchema = z.string().max(LONGEST_TOKEN);

const claimsSchema = z.object({
  aud: z.literal(AUDIENCE),
  sub: sessionIdSchema,
  /** Seconds since the Unix epoch. */
  exp: z.number(),
  tenant: tenantNameSchema.optional(),
  domain: domainNameSchema.optional(),
  customer: customerIdSchema.optional(),
  phone: phoneSchema.optional(),
});

/** Who may open or rejoin a call, and as whom. */
export interface Admitted {
  session: string;
  tenant?: string;
  domain?: string;
  customer?: string;
  phone?: string;
}

/** The token admits nobody; the message says why, to whoever sent it. */
export class TokenRefused extends Error {
  override name = 'TokenRefused';
}

/** A token that is good for 5 minutes. `keys` must have one; the first signs. `now` in ms. */
export function issueToken(keys: readonly NamedKey[], admission: Admitted, now = Date.now()): string {
  const [key] = keys;
  const { session: sub, tenant, domain, customer, phone } = admission;
  const exp = Math.floor(now / 1_000) + TOKEN_SECONDS;
  const signed = [
    { alg: 'HS256', kid: key!.name },
    { aud: AUDIENCE, sub, exp, tenant, domain, customer, phone },
  ]
    .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .join('.');
  return `${signed}.${sign(key!, signed).toString('base64url')}`;
}

/** What a token admits to. Throws TokenRefused. */
export function readToken(keys: readonly NamedKey[], token: string, now = Date.now()): Admitted {
  const parts = token.length <= LONGEST_TOKEN ? token.split('.') : [];
  const [header, payload, signature] = parts;
  if (parts.length !== 3) throw new TokenRefused('this is no token');
  const { alg, kid } = z
    .object({ alg: z.unknown(), kid: z.unknown() })
    .partial()
    .catch({})
    .parse(decode(header!));
  // Others need not name their key.
  const candidates = keys.filter(({ name }) => kid === undefined || kid === name);
  const given = Buffer.from(signature!, 'base64url');
  const isOurs = candidates.some((key) => equal(given, sign(key, `${header}.${payload}`)));
  if (alg !== 'HS256' || !isOurs)
    throw new TokenRefused('this token is not signed with a key of this system');
  const claims = claimsSchema.safeParse(decode(payload!));
  if (!claims.success)
    throw new TokenRefused(`this token is not for a call: ${claims.error.issues[0]!.path}`);
  const { sub: session, exp, aud: _, ...who } = claims.data;
  const left = exp - now / 1_000;
  if (left <= 0) throw new TokenRefused('this token has expired; ask for a new one');
  if (left > LONGEST_SECONDS) throw new TokenRefused('this token is good for more than an hour');
  return { session, ...who };
}

const sign = ({ secret }: NamedKey, text: string) => createHmac('sha256', secret).update(text).digest();

const equal = (one: Buffer, other: Buffer) => one.length === other.length && timingSafeEqual(one, other);

function decode(part: string): unknown {
  try {
    return JSON.parse(Buffer.from(part, 'base64url').toString());
  } catch {
    return undefined;
  }
}
