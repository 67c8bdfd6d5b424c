import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createAdaptorServer } from '@hono/node-server';
import { createApi } from './app.ts';
import type { ApiDeps } from './context.ts';

/** How long a client may take to send a request, ms. */
const REQUEST_TIMEOUT_MS = 10_000;
const HEADERS_TIMEOUT_MS = 5_000;
/** Connections at once; more are closed as they come. */
const CONNECTIONS = 1_000;
/** What comes after these is not read. */
const MOST_HEADERS = 100;
/** Requests that are under way when the API closes have this long, ms. */
const CLOSE_MS = 2_000;

/** Opens the HTTP API. Rejects where the port can't be had. */
export async function startApi(
  deps: ApiDeps,
  at: { host: string; port: number },
): Promise<{ url: string; close(): Promise<void> }> {
  const serverOptions = {
    requestTimeout: REQUEST_TIMEOUT_MS,
    headersTimeout: HEADERS_TIMEOUT_MS,
    connectionsCheckingInterval: 1_000,
  };
  const server = createAdaptorServer({ fetch: createApi(deps).fetch, serverOptions }) as Server;
  server.maxConnections = CONNECTIONS;
  server.maxHeadersCount = MOST_HEADERS;
  server.listen(at.port, at.host);
  await once(server, 'listening');
  const { address, port, family } = server.address() as AddressInfo;
  const url = `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`;
  deps.log.info({ url }, 'HTTP API open');
  return {
    url,
    async close() {
      const closed = new Promise((resolve) => server.close(resolve));
      const late = setTimeout(() => server.closeAllConnections(), CLOSE_MS);
      await closed;
      clearTimeout(late);
    },
  };
}
