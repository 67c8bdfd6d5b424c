/** The folder of models that the test runner provisions. Throws an Error that says how to get one. */
export function modelFolder(): string {
  const folder = process.env.ORKESTRA_MODELS;
  if (folder) return folder;
  throw new Error(
    'ORKESTRA_MODELS is not set: run `npm test`, which fetches the models, or set it to their folder',
  );
}
