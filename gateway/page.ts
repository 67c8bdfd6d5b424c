import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { extname, join, sep } from 'node:path';
import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { packageRoot } from '../config/package.ts';
import { domainNames } from '../domains/registry.ts';
import { type HttpHandler, pathOf } from './http.ts';

const types: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};

/** The page runs its own files and nothing else, and talks to this gateway. */
const shielding: OutgoingHttpHeaders = {
  // `ws: wss:` since 'self' does not cover WebSockets in every browser.
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self' ws: wss:; " +
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'permissions-policy': 'microphone=(self), camera=(), geolocation=()',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
};

interface PageFile {
  body: Buffer;
  headers: OutgoingHttpHeaders;
}

/**
 * Serves the call page that the build left in `folder`. The files are read once: what is not among them can't be asked
 * for, whatever the path. Without a build, `/` says how to make one.
 */
export function pageHandler(folder = join(packageRoot, 'dist', 'page')): HttpHandler {
  const files = readFiles(folder);
  return (request, response) => {
    const path = pathOf(request);
    const file = files.get(path === '/' ? '/index.html' : path);
    if (file) serve(file, request, response);
    else if (path === '/') {
      response.writeHead(503, { 'content-type': 'text/plain' });
      response.end('The call page has not been built: run `npm run build`, then start the gateway anew.\n');
    } else return false;
    return true;
  };
}

function readFiles(folder: string): Map<string, PageFile> {
  const files = new Map<string, PageFile>();
  if (!existsSync(folder)) return files;
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    const type = types[extname(name)];
    // Folders, and what no page asks for.
    if (!type) continue;
    const path = `/${name.split(sep).join('/')}`;
    // The build names assets after what is in them.
    const cache = path.startsWith('/assets/') ? 'public, max-age=31536000, immutable' : 'no-cache';
    files.set(path, pageFile(readFileSync(join(folder, name)), type, cache));
  }
  if (files.size > 0) {
    const domains = Buffer.from(JSON.stringify(domainNames()));
    files.set('/domains.json', pageFile(domains, 'application/json', 'no-cache'));
  }
  return files;
}

function pageFile(body: Buffer, type: string, cache: string): PageFile {
  const etag = `"${createHash('sha256').update(body).digest('base64url').slice(0, 16)}"`;
  const headers = { 'content-type': type, 'cache-control': cache, etag, ...shielding };
  return { body, headers };
}

function serve({ body, headers }: PageFile, request: IncomingMessage, response: ServerResponse) {
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    response.writeHead(405, { allow: 'GET, HEAD' }).end();
  } else if (request.headers['if-none-match'] === headers.etag) {
    response.writeHead(304, headers).end();
  } else {
    response.writeHead(200, { ...headers, 'content-length': body.length });
    response.end(request.method === 'HEAD' ? undefined : body);
  }
}
