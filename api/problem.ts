import { z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { clipped } from '../config/schema-words.ts';

/** What can be wrong with a request, or with us: each kind has a status of its own and a fixed title. */
const kinds = {
  malformed: { status: 400, title: 'This is no JSON' },
  'no-key': { status: 401, title: 'This needs a key' },
  'not-allowed': { status: 403, title: 'The key may not do this' },
  unknown: { status: 404, title: 'There is no such thing' },
  method: { status: 405, title: 'This is not done by this method' },
  conflict: { status: 409, title: 'The state of things does not allow it' },
  'too-large': { status: 413, title: 'The body is too large' },
  'media-type': { status: 415, title: 'The body is not JSON' },
  invalid: { status: 422, title: 'The request was not understood' },
  'too-many': { status: 429, title: 'Too many requests' },
  fault: { status: 500, title: 'A fault of ours' },
  unavailable: { status: 503, title: 'A part is away' },
} as const;
export type ProblemKind = keyof typeof kinds;

/** The shape of every error: RFC 9457, as `application/problem+json`. */
export const problemSchema = z
  .object({
    type: z.string().meta({ description: 'urn:orkestra:problem: and the kind of problem' }),
    title: z.string(),
    status: z.number().int(),
    detail: z.string().meta({ description: 'What is wrong, and what to do' }),
    errors: z
      .array(z.object({ path: z.string(), message: z.string() }))
      .optional()
      .meta({ description: 'Each value that is wrong' }),
  })
  .openapi('Problem');

/** Ends a request with an error. `detail` says what to do; it never repeats what may be personal. */
export class Problem extends Error {
  override name = 'Problem';
  constructor(
    readonly kind: ProblemKind,
    detail: string,
    readonly more: { errors?: { path: string; message: string }[]; headers?: Record<string, string> } = {},
    options?: ErrorOptions,
  ) {
    super(detail, options);
  }

  respond(c: Context): Response {
    const { status, title } = kinds[this.kind];
    const { errors, headers } = this.more;
    const type = `urn:orkestra:problem:${this.kind}`;
    const body = { type, title, status, detail: this.message, ...(errors && { errors }) };
    return c.body(JSON.stringify(body), status, { 'Content-Type': 'application/problem+json', ...headers });
  }
}

/** What a schema has against a part of the request. */
export function invalid(where: 'json' | 'query' | 'param' | 'header' | 'form' | 'cookie', error: z.ZodError) {
  const errors = error.issues.map(({ path, message }) => ({
    path: clipped([where === 'json' ? 'body' : where, ...path].join('.')),
    message,
  }));
  const [first] = errors;
  return new Problem('invalid', `Correct ${first!.path}: ${first!.message}.`, { errors });
}

/** The error responses of a route, for its description; those that every route can give are always there. */
export function problems<const K extends ProblemKind>(...own: K[]) {
  type Always = 'no-key' | 'not-allowed' | 'invalid' | 'too-many' | 'fault' | 'unavailable';
  const always = ['no-key', 'not-allowed', 'invalid', 'too-many', 'fault', 'unavailable'] as const;
  const content = { 'application/problem+json': { schema: problemSchema } };
  return Object.fromEntries(
    [...always, ...own].map((kind) => [kinds[kind].status, { description: kinds[kind].title, content }]),
  ) as Record<(typeof kinds)[K | Always]['status'], { description: string; content: typeof content }>;
}
