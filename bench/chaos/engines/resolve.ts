/** A hook of Node's module loader, on the loader's own thread: puts modules of the run in others' places. */

const inPlaceOf: Record<string, string> = {
  '/engines/stt/scripted.js': './stt.js',
  '/engines/llm/scripted.js': './llm.js',
  '/engines/tts/scripted.js': './tts.js',
  '/engines/vad/silero.js': './vad.js',
  ...(process.env.ORKESTRA_CHAOS_NEXT && { '/workers/workflow-bundle.js': './next-workflows.js' }),
};

type Resolve = (
  specifier: string,
  context: unknown,
  next: (specifier: string, context: unknown) => Promise<{ url: string }>,
) => Promise<{ url: string }>;

/** Node's `resolve` hook. */
export const resolve: Resolve = async (specifier, context, next) => {
  const resolved = await next(specifier, context);
  const own = Object.keys(inPlaceOf).find((place) => resolved.url.endsWith(`/dist${place}`));
  return own ? { ...resolved, url: new URL(inPlaceOf[own]!, import.meta.url).href } : resolved;
};
