import { z } from 'zod';

/** A secret key with a name that may be told: in tokens, in payloads, in logs. */
export interface NamedKey {
  name: string;
  /** 32 bytes. */
  secret: Buffer;
}

const keySchema = z.string().transform((text, context): NamedKey => {
  const found = /^([A-Za-z0-9._-]{1,32}):([A-Za-z0-9+/_-]{43}=?)$/.exec(text);
  if (found) return { name: found[1]!, secret: Buffer.from(found[2]!, 'base64') };
  // The text may be a key: it is not repeated.
  context.addIssue({
    code: 'custom',
    message: 'a key is NAME:BASE64 of 32 random bytes, as in "2026-11:$(openssl rand -base64 32)"',
  });
  return z.NEVER;
});

/** Keys, separated by commas or white space. The first is used for what is made now, all for what is read. */
export const keysSchema = z
  .preprocess(
    (value) => (typeof value === 'string' ? value.split(/[\s,]+/).filter(Boolean) : value),
    z.array(keySchema).max(10),
  )
  .refine((keys) => new Set(keys.map(({ name }) => name)).size === keys.length, 'two keys have one name')
  .default([]);
