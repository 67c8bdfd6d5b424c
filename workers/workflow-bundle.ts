import { existsSync } from 'node:fs';
import { join } from 'node:path';
import {
  bundleWorkflowCode,
  type Logger,
  type WorkflowBundle,
  type WorkflowBundleOption,
} from '@temporalio/worker';
import { packageRoot } from '../config/package.ts';

let bundle: Promise<WorkflowBundle> | undefined;

/** The workflows' code: the bundle that the build made; from the sources, one made now, once a process. */
export async function loadWorkflows(logger?: Logger): Promise<WorkflowBundleOption> {
  const codePath = join(packageRoot, 'dist', 'workflow-bundle.js');
  if (import.meta.url.endsWith('.js') && existsSync(codePath)) return { codePath };
  const source = import.meta.url.endsWith('.ts') ? '../workflows/index.ts' : '../workflows/index.js';
  bundle ??= bundleWorkflowCode({ workflowsPath: new URL(source, import.meta.url).pathname, logger });
  return bundle;
}
