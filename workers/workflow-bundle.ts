import { existsSync } from 'node:fs';
import { join } from 'node:path';
import {
  bundleWorkflowCode,
  type Logger,
  type WorkflowBundle,
  type WorkflowBundleOption,
} from '@temporalio/worker';
import { packageRoot } from '../config/package.ts';
import { shareWorkflows } from '../config/shared-workflows.ts';

let bundle: Promise<WorkflowBundle> | undefined;

/** The workflows' code: the bundle that the build made; from the sources, one made now, once a process. */
export async function loadWorkflows(logger?: Logger): Promise<WorkflowBundleOption> {
  const codePath = join(packageRoot, 'dist', 'workflow-bundle.js');
  if (import.meta.url.endsWith('.js') && existsSync(codePath)) return { codePath };
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
  const source = (name: string) => new URL(`../workflows/${name}.${extension}`, import.meta.url).pathname;
  bundle ??= bundleWorkflowCode({
    ...shareWorkflows(source('index')),
    payloadConverterPath: source('payload-converter'),
    logger,
  });
  return bundle;
}
