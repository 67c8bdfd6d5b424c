import { randomUUID } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { RateLimiterMemory } from 'rate-limiter-flexible';
import type { Config } from '../config/schema.ts';
import type { CallerTokens } from './caller-tokens.ts';
import { type HttpHandler, pathOf } from './http.ts';
import { isFromAnotherSite } from './origin.ts';

/** Calls that one address may begin in a minute. */
const A_MINUTE = 60;

/** `POST /token`: a session and its token, for a call from the page where everybody may call from it. */
export function pageTokenHandler(tokens: CallerTokens, config: Config): HttpHandler {
  const { open, openPage } = config.gateway;
  const calls = new RateLimiterMemory({ points: A_MINUTE, duration: 60 });
  return (request, response) => {
    if (pathOf(request) !== '/token') return false;
    if (request.method !== 'POST') response.writeHead(405, { allow: 'POST' }).end();
    else if (!(open || openPage) || isFromAnotherSite(request, config.twilio.publicUrl)) {
      refuse(response, 403, 'To call from here, open this page by a link that was made for your call.');
    } else {
      calls.consume(request.socket.remoteAddress ?? '').then(
        () => {
          const session = randomUUID();
          response.writeHead(200, { 'content-type': 'application/json', 'cache-control': 'no-store' });
          response.end(JSON.stringify({ session, token: tokens.issue({ session }) }));
        },
        () => refuse(response, 429, 'Too many calls begin here: try again in a minute.'),
      );
    }
    return true;
  };
}

const refuse = (response: ServerResponse, status: number, reason: string) =>
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' }).end(reason);
