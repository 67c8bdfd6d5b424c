import type { CallRequest } from '../call/request.ts';
import { type Admitted, issueToken, readToken, TokenRefused } from '../call/session-token.ts';
import { ConfigError } from '../config/load.ts';
import type { Config } from '../config/schema.ts';

/** Decides who may open or rejoin which call. */
export class CallerTokens {
  private readonly keys: Config['gateway']['sessionKeys'];
  private readonly open: boolean;

  /** Throws ConfigError where there is no key, and nobody said that none is needed. */
  constructor({ sessionKeys, open }: Pick<Config['gateway'], 'sessionKeys' | 'open'>) {
    if (sessionKeys.length === 0 && !open) {
      throw new ConfigError(
        'Callers need a token, and there is no key to check one with: set ORKESTRA_SESSION_KEYS (docs/security.md), or ORKESTRA_GATEWAY_OPEN=true to take calls from everybody.',
      );
    }
    this.keys = sessionKeys;
    this.open = open;
  }

  /**
   * The call that this caller may have: who calls is what the token says. `vouched`: the whole request comes from
   * someone who is known, as Twilio is by its signature. Throws TokenRefused.
   */
  admit(request: CallRequest, token: string | undefined, vouched: boolean): CallRequest {
    if (token === undefined || this.keys.length === 0) {
      if (vouched || this.open) return request;
      throw new TokenRefused('send a token of this session with the start message');
    }
    const { session, domain = request.domain, ...who } = readToken(this.keys, token);
    if (session !== request.session) throw new TokenRefused('this token is of another session');
    for (const name of ['tenant', 'customer', 'phone'] as const) {
      const { [name]: claimed } = request;
      if (claimed !== undefined && claimed !== who[name]) {
        throw new TokenRefused(`${name}: the token does not say so`);
      }
    }
    return { ...request, ...who, domain };
  }

  /** A fresh token for this caller; undefined where none is needed. */
  issue({ session, tenant, domain, customer, phone }: Admitted): string | undefined {
    if (this.keys.length === 0) return undefined;
    return issueToken(this.keys, { session, tenant, domain, customer, phone });
  }
}
