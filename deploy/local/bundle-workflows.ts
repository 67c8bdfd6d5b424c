import { createHash } from 'node:crypto';
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker';
import { shareWorkflows } from '../../config/shared-workflows.ts';

/**
 * A program, the last step of the build: packs the compiled workflows for Temporal's sandbox, so that an orchestrator
 * starts without doing it (some seconds, and a bundler's memory). Skipped when nothing that goes into it changed.
 */
const dist = fileURLToPath(new URL('../../', import.meta.url));
const entry = resolve(dist, 'workflows/index.js');
const payloadConverterPath = resolve(dist, 'workflows/payload-converter.js');
const target = resolve(dist, 'workflow-bundle.js');
const stamp = resolve(dist, 'workflow-bundle.sha256');

const inputs = [
  ...reachable(entry),
  payloadConverterPath,
  resolve(dist, 'config/shared-workflows.js'),
  resolve(dist, '../package-lock.json'),
];
const hash = createHash('sha256');
for (const file of inputs) hash.update(readFileSync(file)).update('\0');
const fingerprint = hash.digest('hex');

if (!existsSync(target) || !existsSync(stamp) || readFileSync(stamp, 'utf8') !== fingerprint) {
  const started = Date.now();
  const logger = new DefaultLogger('WARN');
  const { code } = await bundleWorkflowCode({
    ...shareWorkflows(entry),
    payloadConverterPath,
    logger,
  });
  writeFileSync(`${target}.new`, code);
  renameSync(`${target}.new`, target);
  writeFileSync(stamp, fingerprint);
  console.error(`workflows packed, ${((Date.now() - started) / 1_000).toFixed(1)} s`);
}

/** A compiled file of ours and all others of ours that it imports; packages are covered by package-lock.json. */
function reachable(file: string, seen = new Set<string>()): Set<string> {
  if (seen.has(file)) return seen;
  seen.add(file);
  for (const [, path] of readFileSync(file, 'utf8').matchAll(
    /\b(?:from|import)\s*\(?\s*['"](\.[^'"]+)['"]/g,
  )) {
    reachable(resolve(dirname(file), path!), seen);
  }
  return seen;
}
