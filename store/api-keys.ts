import { createHash, randomBytes } from 'node:crypto';
import type { Database } from './database.ts';

/** What a key may do. */
export const apiScopes = [
  'calls:start',
  'calls:read',
  'calls:steer',
  'transcripts:read',
  'cache:read',
  'cache:write',
  'adapters:read',
  'adapters:write',
  /** Reads whatever Temporal keeps of calls. */
  'payloads:decode',
] as const;
export type ApiScope = (typeof apiScopes)[number];

export interface ApiKey {
  /** Names the key where it can't be shown: in lists and logs. */
  id: string;
  name: string;
  scopes: ApiScope[];
}

/** A key as it is listed. */
export interface ListedKey extends ApiKey {
  createdAt: Date;
  expiresAt: Date | null;
  /** When it was last looked up; processes remember a key for some seconds. */
  usedAt: Date | null;
  revokedAt: Date | null;
}

/** 256 random bits, so that a fast hash is as good as a slow one: there is nothing to guess. */
const newSecret = () => `ork_${randomBytes(32).toString('base64url')}`;
const hashOf = (key: string) => createHash('sha256').update(key).digest('hex');

/** What a key looks like; anything else need not be looked up. */
export const looksLikeKey = (text: string) => /^ork_[A-Za-z0-9_-]{43}$/.test(text);

/** Makes a key. It is in the result, and nowhere else. */
export async function createApiKey(
  db: Database,
  { name, scopes, expiresAt }: { name: string; scopes: readonly ApiScope[]; expiresAt?: Date },
): Promise<{ id: string; key: string }> {
  const key = newSecret();
  const id = randomBytes(5).toString('hex');
  await db.query('insert into api_keys (id, name, hash, scopes, expires_at) values ($1, $2, $3, $4, $5)', [
    id,
    name,
    hashOf(key),
    scopes,
    expiresAt ?? null,
  ]);
  return { id, key };
}

/** The key, if it is one that may be used now; notes that it was. */
export async function useApiKey(db: Database, key: string): Promise<ApiKey | undefined> {
  const { rows } = await db.query<ApiKey>(
    `update api_keys set used_at = now()
     where hash = $1 and revoked_at is null and (expires_at is null or expires_at > now())
     returning id, name, scopes`,
    [hashOf(key)],
  );
  return rows[0];
}

/** All keys, the newest first. */
export async function listApiKeys(db: Database): Promise<ListedKey[]> {
  const { rows } = await db.query<ListedKey>(
    `select id, name, scopes, created_at as "createdAt", expires_at as "expiresAt", used_at as "usedAt",
       revoked_at as "revokedAt" from api_keys order by created_at desc`,
  );
  return rows;
}

/** Ends a key. Returns what it was before: `unknown` where there is none. */
export async function revokeApiKey(db: Database, id: string): Promise<'valid' | 'revoked' | 'unknown'> {
  const { rowCount } = await db.query(
    'update api_keys set revoked_at = now() where id = $1 and revoked_at is null',
    [id],
  );
  if (rowCount === 1) return 'valid';
  const { rows } = await db.query('select 1 from api_keys where id = $1', [id]);
  return rows.length > 0 ? 'revoked' : 'unknown';
}
