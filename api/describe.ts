import type { z } from '@hono/zod-openapi';

/** A JSON body that a route gives. */
export const gives = <S extends z.ZodType>(schema: S, description: string) => ({
  description,
  content: { 'application/json': { schema } },
});

/** A JSON body that a route takes. */
export const takes = <S extends z.ZodType>(schema: S) => ({
  required: true,
  content: { 'application/json': { schema } },
});
