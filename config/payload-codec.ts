import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import type { Payload, PayloadCodec } from '@temporalio/common';
import proto from '@temporalio/proto';
import type { NamedKey } from './keys.ts';

/**
 * Encrypts what Temporal keeps of a call: each payload whole, its own metadata with it, by AES-256-GCM. `data` is a nonce
 * of 12 bytes, the cipher text, a tag of 16 bytes; the metadata names the key.
 */

const CIPHER = 'aes-256-gcm';
export const ENCRYPTED = 'binary/encrypted';
const { Payload: PayloadMessage } = proto.temporal.api.common.v1;
const NONCE = 12;
const TAG = 16;
/** The names that Temporal's own samples use. */
const KEY_ID = 'encryption-key-id';

/** Why a payload can't be read: its key is not configured, or it is not what that key encrypted. */
export type Unreadable = 'unknown-key' | 'damaged';

export class UnreadablePayload extends Error {
  override name = 'UnreadablePayload';
  constructor(
    readonly reason: Unreadable,
    /** As the payload names it. */
    readonly key: string,
  ) {
    super(
      reason === 'unknown-key'
        ? `a payload was encrypted with the key ${key}, which is not configured here: add it to ORKESTRA_PAYLOAD_KEYS`
        : `a payload that names the key ${key} was not encrypted with it, or is damaged`,
    );
  }
}

/** What to do about a payload that can't be read. */
export interface UnreadableWatch {
  onUnreadable(error: UnreadablePayload): void;
  /**
   * Leaves payloads encrypted that may come from outside, as those of signals: the workflow takes them for a message
   * that is wrong. Results of activities are ours: without them nothing may go on.
   */
  lenient: boolean;
}

/** The first of `keys` encrypts, each of them decrypts; without any, nothing is encrypted. */
export function payloadCodec(keys: readonly NamedKey[], watch?: UnreadableWatch): PayloadCodec {
  const byName = new Map(keys.map((key) => [key.name, key]));
  const [current] = keys;
  return {
    encode: async (payloads) => (current ? payloads.map((payload) => encrypt(current, payload)) : payloads),
    decode: async (payloads, context) =>
      payloads.map((payload) => {
        if (!isEncrypted(payload)) return payload;
        try {
          return decrypt(byName, payload);
        } catch (error) {
          if (!(error instanceof UnreadablePayload)) throw error;
          watch?.onUnreadable(error);
          if (watch?.lenient && context?.type !== 'activity') return payload;
          throw error;
        }
      }),
  };
}

const isEncrypted = ({ metadata }: Payload) =>
  metadata?.encoding !== undefined && metadata.encoding !== null && textOf(metadata.encoding) === ENCRYPTED;

function encrypt({ name, secret }: NamedKey, payload: Payload): Payload {
  const nonce = randomBytes(NONCE);
  const cipher = createCipheriv(CIPHER, secret, nonce);
  const plain = PayloadMessage.encode(payload).finish();
  const data = Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
  return {
    metadata: {
      encoding: Buffer.from(ENCRYPTED),
      'encryption-cipher': Buffer.from(CIPHER),
      [KEY_ID]: Buffer.from(name),
    },
    data,
  };
}

function decrypt(keys: ReadonlyMap<string, NamedKey>, { metadata, data }: Payload): Payload {
  // Anybody may have written it: nothing but a name of a key is repeated.
  const id = metadata?.[KEY_ID] ? textOf(metadata[KEY_ID]) : '';
  const name = /^[A-Za-z0-9._-]{1,32}$/.test(id) ? id : '(unnamed)';
  const key = keys.get(name);
  if (!key) throw new UnreadablePayload('unknown-key', name);
  try {
    const bytes = data!;
    const decipher = createDecipheriv(CIPHER, key.secret, bytes.subarray(0, NONCE), { authTagLength: TAG });
    decipher.setAuthTag(bytes.subarray(-TAG));
    const plain = Buffer.concat([decipher.update(bytes.subarray(NONCE, -TAG)), decipher.final()]);
    return PayloadMessage.decode(plain);
  } catch {
    throw new UnreadablePayload('damaged', name);
  }
}

const textOf = (bytes: Uint8Array) => Buffer.from(bytes).toString();
