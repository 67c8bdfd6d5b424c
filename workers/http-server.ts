import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';

export interface HttpServer {
  url: string;
  close(): Promise<void>;
}

/** Serves a few small answers. Rejects where the port can't be had. */
export async function serveHttp(
  at: { host: string; port: number },
  answer: (path: string, response: ServerResponse) => void,
): Promise<HttpServer> {
  const server = createServer((request: IncomingMessage, response) =>
    answer(request.url!.split('?', 1)[0]!, response),
  );
  server.requestTimeout = 5_000;
  server.listen(at.port, at.host);
  try {
    await once(server, 'listening');
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code ?? (error as Error).message;
    throw new Error(`port ${at.port} of ${at.host} can’t be had (${reason})`, { cause: error });
  }
  const { port } = server.address() as AddressInfo;
  const host = at.host === '0.0.0.0' || at.host === '::' ? '127.0.0.1' : at.host;
  return {
    url: `http://${host}:${port}`,
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
