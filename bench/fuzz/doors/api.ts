import fc from 'fast-check';
import { apiScopes, createApiKey } from '../../../store/api-keys.ts';
import { openDatabase } from '../../../store/database.ts';
import { json, mutated, text, wellFormed } from '../arbitraries.ts';
import { assertSentence, door, Fault } from '../door.ts';
import type { DoorMaker } from './maker.ts';

const title = 'HTTP API: requests';
/** Calls that were started go on to stand; few enough of them. */
const bodies: [string, object][] = [
  ['/v1/calls', { session: 'fuzz-api', domain: 'banking', settings: { connectMs: 100 } }],
  ['/v1/calls/fuzz-api/say', { text: 'One moment.' }],
  ['/v1/calls/fuzz-api/configure', { speed: 1.1 }],
  ['/v1/calls/fuzz-api/adapter', { adapter: 'default' }],
  ['/v1/calls/fuzz-api/end', { reason: 'enough' }],
  ['/v1/adapters', { kind: 'prompt', name: 'formal', prompt: { text: 'Be formal.' } }],
  ['/v1/adapters/formal@1/activate', { percent: 10 }],
  ['/v1/adapters/formal/load', {}],
  ['/v1/activations/rollback', {}],
];
const paths = [
  ...bodies.map(([path]) => path),
  '/v1/cache/stats',
  '/v1/cache/answers',
  '/openapi.json',
  '/v1/calls/fuzz-api/transcript',
  '/v1/adapters/formal',
];
const headerValue = text.map((words) => words.replaceAll(/[^\x20-\x7e]/g, '?').slice(0, 200));
const query = fc.dictionary(
  fc.constantFrom('domain', 'phase', 'status', 'pageSize', 'pageToken', 'tenant', 'all', 'x'),
  text.map((words) => wellFormed(words).slice(0, 200)),
  { maxKeys: 3 },
);

const request = fc.record({
  method: fc.constantFrom('GET', 'POST', 'POST', 'POST', 'DELETE', 'PUT', 'PATCH', 'OPTIONS', 'HEAD'),
  path: fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom(...paths) },
    {
      weight: 2,
      arbitrary: text.map(
        (words) => `/v1/calls/${encodeURIComponent(wellFormed(words)).slice(0, 2_000)}/say`,
      ),
    },
    { weight: 1, arbitrary: fc.webPath() },
    {
      weight: 1,
      arbitrary: fc.constantFrom(
        '/v1/calls/%00',
        '/v1/calls/%ff/say',
        '//v1//calls',
        '/v1/../v1/calls',
        '/v1/calls/%2e%2e/end',
      ),
    },
  ),
  query,
  body: fc.oneof(
    {
      weight: 5,
      arbitrary: fc
        .constantFrom(...bodies)
        .chain(([, body]) => mutated(body))
        .map((body) => JSON.stringify(body)),
    },
    { weight: 2, arbitrary: json.map((any) => JSON.stringify(any)) },
    { weight: 1, arbitrary: text.map((words) => wellFormed(words)) },
  ),
  headers: fc.dictionary(
    fc.constantFrom(
      'Idempotency-Key',
      'Content-Type',
      'Authorization',
      'Accept',
      'X-Forwarded-For',
      'Cookie',
    ),
    headerValue,
    { maxKeys: 2 },
  ),
  isJson: fc.integer({ min: 0, max: 9 }).map((n) => n > 0),
});

/** Every route, with bodies, headers and paths of every kind, by a key that may do everything. */
export const apiDoor: DoorMaker = {
  title,
  async open({ api, env }) {
    const database = openDatabase({ url: env.DATABASE_URL! }, () => undefined);
    const { key } = await createApiKey(database, { name: 'fuzz', scopes: apiScopes });
    return door({
      name: title,
      share: 30,
      cases: request,
      async attempt({ method, path, query: asked, body, headers, isJson }) {
        const hasBody = method !== 'GET' && method !== 'HEAD';
        const search = new URLSearchParams(asked).toString();
        const response = await fetch(`${api}${path}${search && `?${search}`}`, {
          method,
          // Another key is worth trying, but wrong ones are counted by address.
          headers: {
            ...(isJson && { 'Content-Type': 'application/json' }),
            ...headers,
            Authorization: `Bearer ${key}`,
          },
          ...(hasBody && { body }),
          redirect: 'manual',
        });
        const answer = await response.text();
        const { status } = response;
        if (status >= 500 && status !== 503) throw new Fault(`${status}: ${answer.slice(0, 500)}`);
        if (status < 400) return 'accepted';
        if (method === 'HEAD') return 'refused';
        if (response.headers.get('content-type') !== 'application/problem+json') {
          throw new Fault(`${status} as ${response.headers.get('content-type')}: ${answer.slice(0, 300)}`);
        }
        const problem = JSON.parse(answer) as { detail: string; status: number };
        if (problem.status !== status) throw new Fault(`${problem.status} with ${status}`);
        assertSentence(problem.detail, [body, path, ...Object.values(asked), ...Object.keys(asked)]);
        return 'refused';
      },
      close: () => database.end(),
    });
  },
};
