/** Which call this page may make. */
export interface Permit {
  session: string;
  /** Where the gateway asks for one. */
  token?: string;
}

/** The gateway takes no call from this page; the message is a sentence for whoever looks at it. */
export class PermitError extends Error {
  override name = 'PermitError';
}

/** The call of the link that this page was opened by (`#token=…`), else a new one. Throws PermitError. */
export async function obtainPermit(link = location.hash): Promise<Permit> {
  const token = new URLSearchParams(link.slice(1)).get('token');
  if (token) return { session: sessionOf(token), token };
  const response = await fetch('./token', { method: 'POST' }).catch(() => undefined);
  if (response?.ok) return (await response.json()) as Permit;
  if (response?.status === 403 || response?.status === 429) throw new PermitError(await response.text());
  throw new PermitError('The gateway does not answer. Try again in a moment.');
}

/** The `sub` of a JSON Web Token. */
function sessionOf(token: string): string {
  try {
    const payload = token.split('.')[1]!.replaceAll('-', '+').replaceAll('_', '/');
    return (JSON.parse(atob(payload)) as { sub: string }).sub;
  } catch {
    throw new PermitError('The link to this page is damaged: open it as it was sent.');
  }
}
