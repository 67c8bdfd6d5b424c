import {
  createServer,
  type IncomingMessage,
  type Server,
  type ServerOptions,
  type ServerResponse,
} from 'node:http';

/** Answers a request that is its business, and says whether it was; others are left to the next handler. */
export type HttpHandler = (request: IncomingMessage, response: ServerResponse) => boolean;

/** Twilio sends some ten, a browser behind proxies thirty; what comes after these is not read. */
const MOST_HEADERS = 100;

/** The gateway's plain HTTP, on the port of its WebSockets. `webSocketPaths` say so to those who come without one. */
export function createHttpServer(
  options: ServerOptions,
  handlers: readonly HttpHandler[],
  webSocketPaths: readonly string[],
): Server {
  const server = createServer(options, (request, response) => {
    if (handlers.some((handle) => handle(request, response))) return;
    if (webSocketPaths.includes(pathOf(request))) {
      response.writeHead(426, { upgrade: 'websocket' }).end('Connect with a WebSocket.\n');
    } else response.writeHead(404, { 'content-type': 'text/plain' }).end('There is nothing here.\n');
  });
  server.maxHeadersCount = MOST_HEADERS;
  return server;
}

/** The path alone, as it was sent: still encoded, without the query. */
export const pathOf = (request: IncomingMessage) => request.url!.split('?', 1)[0]!;
