import { type Admitted, issueToken } from '../call/session-token.ts';
import type { Places } from './places.ts';

/** A token for a caller of the gateway; undefined where no key is configured. */
export function tokenOf({ config }: Pick<Places, 'config'>, admission: Admitted): string | undefined {
  const { sessionKeys } = config.gateway;
  return sessionKeys.length > 0 ? issueToken(sessionKeys, admission) : undefined;
}

/** The gateway's call page, for the call of this token. */
export const pageUrl = ({ gatewayUrl }: Pick<Places, 'gatewayUrl'>, token: string) =>
  `${gatewayUrl.replace(/^ws/, 'http').replace(/\/pcm$/, '/')}#token=${token}`;
