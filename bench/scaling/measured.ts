import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { packageRoot } from '../../config/package.ts';

/** What one process uses; of calls that talk with hardly a pause. */
const useSchema = z.object({
  restCores: z.number(),
  /** Added by a call. */
  coresACall: z.number(),
  restMb: z.number(),
  /** The most at 20 calls. */
  mb: z.number(),
  /** To be ready, with its models. */
  startCpuSeconds: z.number(),
  startMb: z.number(),
});
export type Use = z.infer<typeof useSchema>;

const askedSchema = z.object({
  temporalEvents: z.number(),
  temporalTasks: z.number(),
  temporalActions: z.number(),
  redisCommands: z.number(),
  redisKb: z.number(),
  postgresStatements: z.number(),
});

const group = <S extends z.ZodRawShape>(shape: S) => z.object({ command: z.string(), ...shape }).strict();

/**
 * The figures that the plan and the requests of pods rest on, each group with the command that measured it: see
 * `measured.json`, which is written by hand from what those commands print.
 */
export const measuredSchema = z.object({
  machine: z.string(),
  processes: group({
    /** Between two turns of a call, at 20 calls. */
    turnSeconds: z.object({ scripted: z.number(), embedded: z.number() }),
    scripted: z.record(z.string(), useSchema),
    embedded: z.record(z.string(), useSchema),
    /** Cores of all processes together at so many calls, scripted: what the plan is held to. */
    coresAt: z.record(z.string(), z.number()),
  }),
  /** What the servers are asked for by a turn, and by a call once. */
  asked: group({ turn: askedSchema, call: askedSchema }),
});
export type Measured = z.infer<typeof measuredSchema>;

export const measured: Measured = measuredSchema.parse(
  JSON.parse(readFileSync(join(packageRoot, 'bench/scaling/measured.json'), 'utf8')),
);
