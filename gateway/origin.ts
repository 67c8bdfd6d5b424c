import type { IncomingMessage } from 'node:http';

/** A browser says which site's page connects; any other site's has no business here. Programs say nothing. */
export function isFromAnotherSite({ headers }: IncomingMessage, publicUrl: string | undefined): boolean {
  if (headers.origin === undefined) return false;
  const ours = [headers.host, publicUrl && new URL(publicUrl).host];
  return !URL.canParse(headers.origin) || !ours.includes(new URL(headers.origin).host);
}
