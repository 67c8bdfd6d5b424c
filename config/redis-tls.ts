import { rootCertificates } from 'node:tls';
import type { Config } from './schema.ts';

/** The TLS options of a connection to Redis; undefined where its address asks for none. */
export function redisTls({ url, ca, cert, key }: Omit<Config['redis'], 'cluster'>) {
  if (!url.startsWith('rediss:')) return undefined;
  // An authority of one's own would take the place of all others.
  return { ...(ca && { ca: [...rootCertificates, ca] }), ...(cert && { cert }), ...(key && { key }) };
}
