import type { WorkflowDefinitionOptions } from '@temporalio/common';
import { workflowInfo } from '@temporalio/workflow';

/**
 * How a workflow that outlives releases follows the version of the orchestrators that is current. Temporal refuses it from
 * workers that have no version.
 */
export const followsCurrentVersion = (): WorkflowDefinitionOptions =>
  workflowInfo().currentDeploymentVersion?.deploymentName ? { versioningBehavior: 'AUTO_UPGRADE' } : {};
