import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import type { Database } from '../../store/database.ts';
import {
  answerFilterSchema,
  cacheStats,
  clearAnswers,
  listAnswers,
  mostListed,
} from '../../store/manage-answers.ts';
import { secured } from '../access.ts';
import type { ApiDeps, ApiEnv } from '../context.ts';
import { gives } from '../describe.ts';
import { Problem, problems } from '../problem.ts';

const count = z.number().int().min(0);
const time = z.iso.datetime();
const scope = {
  tenant: z.string(),
  domain: z.string(),
  language: z.string(),
  adapter: z.string(),
  promptVersion: z.string(),
};

const stats = createRoute({
  method: 'get',
  path: '/v1/cache/stats',
  operationId: 'cacheStats',
  summary: 'What is stored, in all and by scope',
  tags: ['cache'],
  ...secured('cache:read'),
  request: { query: answerFilterSchema },
  responses: {
    200: gives(
      z
        .object({
          answers: count,
          expired: count,
          uses: count,
          scopes: z.array(
            z.object({
              ...scope,
              model: z.string(),
              answers: count,
              expired: count,
              uses: count,
              oldest: time,
              newest: time,
              lastUsed: time.nullable(),
            }),
          ),
        })
        .openapi('CacheStats'),
      'The fullest scopes first, at most 200',
    ),
    ...problems(),
  },
});

const list = createRoute({
  method: 'get',
  path: '/v1/cache/answers',
  operationId: 'listAnswers',
  summary: 'Stored answers, in the order in which they were stored',
  tags: ['cache'],
  ...secured('cache:read'),
  request: {
    query: answerFilterSchema.extend({
      after: z.coerce.number().int().min(0).max(Number.MAX_SAFE_INTEGER).optional(),
      limit: z.coerce.number().int().min(1).max(mostListed).optional(),
    }),
  },
  responses: {
    200: gives(
      z
        .object({
          answers: z.array(
            z.object({
              id: count,
              ...scope,
              question: z.string(),
              answer: z.string(),
              uses: count,
              createdAt: time,
              usedAt: time.nullable(),
              expiresAt: time,
            }),
          ),
          next: count
            .optional()
            .meta({ description: 'What `after` takes for the next page; absent on the last one' }),
        })
        .openapi('StoredAnswers'),
      'A page of answers',
    ),
    ...problems(),
  },
});

const clear = createRoute({
  method: 'delete',
  path: '/v1/cache/answers',
  operationId: 'clearAnswers',
  summary: 'Delete the stored answers of a scope',
  tags: ['cache'],
  ...secured('cache:write'),
  request: {
    query: answerFilterSchema.extend({
      all: z.enum(['true']).optional().meta({ description: 'Needed to delete without any other parameter' }),
    }),
  },
  responses: {
    200: gives(z.object({ deleted: count }).openapi('Deleted'), 'They are deleted'),
    ...problems('conflict'),
  },
});

/** What `orkestra cache-manager` does, for systems that are not on a command line. */
export function cacheRoutes(app: OpenAPIHono<ApiEnv>, deps: ApiDeps) {
  const withDatabase = async <T>(act: (database: Database) => Promise<T>): Promise<T> => {
    const database = await deps.database().catch((error: unknown) => {
      throw new Problem(
        'unavailable',
        'Postgres is away, and with it the stored answers: try again in a moment.',
        {},
        { cause: error },
      );
    });
    return act(database);
  };

  app.openapi(stats, async (c) =>
    c.json(await withDatabase((db) => cacheStats(db, c.req.valid('query'))), 200),
  );

  app.openapi(list, async (c) => {
    const { after, limit, ...filter } = c.req.valid('query');
    return c.json(await withDatabase((db) => listAnswers(db, filter, { after, limit })), 200);
  });

  app.openapi(clear, async (c) => {
    const { all, ...filter } = c.req.valid('query');
    if (!all && Object.keys(filter).length === 0) {
      throw new Problem('conflict', 'This would delete every stored answer: say which ones, or all=true.');
    }
    return c.json({ deleted: await withDatabase((db) => clearAnswers(db, filter)) }, 200);
  });
}
