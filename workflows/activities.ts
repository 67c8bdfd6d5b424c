import { proxyActivities, workflowInfo } from '@temporalio/workflow';
import type {
  AnalyticsActivities,
  CacheActivities,
  LlmActivities,
  OrchestratorActivities,
  SttActivities,
  TtsActivities,
} from '../activities/types.ts';
import { type Service, taskQueueOf } from '../config/task-queues.ts';
import { recordOptions, stageOptions } from './limits.ts';

/** The activities of a call, each on the queue of its service, with `summary` for the Web UI. */
export function activities(prefix: string, summary?: string) {
  const on = (service: Service) => ({ taskQueue: taskQueueOf(prefix, service), summary });
  return {
    ...proxyActivities<SttActivities>({ ...stageOptions, ...on('stt') }),
    ...proxyActivities<CacheActivities>({ ...stageOptions, ...on('cache') }),
    ...proxyActivities<LlmActivities>({ ...stageOptions, ...on('llm') }),
    ...proxyActivities<TtsActivities>({ ...stageOptions, ...on('tts') }),
    ...proxyActivities<AnalyticsActivities>({ ...recordOptions, ...on('analytics') }),
    ...proxyActivities<OrchestratorActivities>({
      ...recordOptions,
      taskQueue: workflowInfo().taskQueue,
      summary,
    }),
  };
}
