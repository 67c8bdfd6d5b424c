import type { BundleOptions } from '@temporalio/worker';

/**
 * How workflows are packed so that all calls of an orchestrator share one copy of their code and schemas: evaluated for
 * each call anew, they took half of its time. As one module, since what modules export is
 * frozen when it is shared, and schemas complete themselves at their first use. So nothing in a module of the workflows
 * may keep the state of a call. See docs/decisions/0026-one-copy-of-the-workflows-code.md.
 */
export const shareWorkflows = (
  workflowsPath: string,
): Pick<BundleOptions, 'workflowsPath' | 'preloadModules' | 'webpackConfigHook'> => ({
  workflowsPath,
  preloadModules: [workflowsPath],
  webpackConfigHook: (config) => ({
    ...config,
    optimization: {
      ...config.optimization,
      concatenateModules: true,
      providedExports: true,
      usedExports: true,
    },
  }),
});
