import { type EventGroupMarker, proxyActivities, workflowInfo } from '@temporalio/workflow';
import type {
  AnalyticsActivities,
  CacheActivities,
  CallAdapterActivities,
  LlmActivities,
  OrchestratorActivities,
  SttActivities,
  TelephonyActivities,
  ToolActivities,
  TtsActivities,
  WebhookActivities,
} from '../activities/types.ts';
import { type Service, taskQueueOf } from '../config/task-queues.ts';
import {
  adapterOptions,
  dialOptions,
  hangUpOptions,
  recordCallOptions,
  recordOptions,
  stageOptions,
  toolOptions,
} from './limits.ts';

/** How an activity is named in the history, and shown in the Web UI: a line of its own, and its group. */
export interface Shown {
  activityId?: string;
  summary?: string;
  eventGroups?: EventGroupMarker[];
}

/** The activities of a call, each on the queue of its service. */
export function activities(prefix: string, shown: Shown = {}) {
  const on = (service: Service) => ({ taskQueue: taskQueueOf(prefix, service), ...shown });
  const { listen } = proxyActivities<SttActivities>({ ...stageOptions, ...on('stt') });
  const { recall } = proxyActivities<CacheActivities>({ ...stageOptions, ...on('cache') });
  const { reply } = proxyActivities<LlmActivities>({ ...stageOptions, ...on('llm') });
  const { speak } = proxyActivities<TtsActivities>({ ...stageOptions, ...on('tts') });
  const { recordTurn } = proxyActivities<AnalyticsActivities>({ ...recordOptions, ...on('analytics') });
  const { recordCall } = proxyActivities<AnalyticsActivities>({ ...recordCallOptions, ...on('analytics') });
  const { announceCall } = proxyActivities<WebhookActivities>({ ...recordOptions, ...on('analytics') });
  const { taskQueue } = workflowInfo();
  const { closeStream } = proxyActivities<OrchestratorActivities>({ ...recordOptions, taskQueue, ...shown });
  const { useTool, tellTool } = proxyActivities<ToolActivities>({ ...toolOptions, taskQueue, ...shown });
  return {
    useTool,
    tellTool,
    listen,
    recall,
    reply,
    speak,
    recordTurn,
    recordCall,
    announceCall,
    closeStream,
  };
}

/** What switches the adapter of a call, on the orchestrator's own queue. */
export function callAdapters(): CallAdapterActivities {
  const { taskQueue } = workflowInfo();
  return proxyActivities<CallAdapterActivities>({ ...adapterOptions, taskQueue });
}

/** What is done with telephone lines, on the orchestrator's own queue. */
export function telephony(): TelephonyActivities {
  const { taskQueue } = workflowInfo();
  const { dial } = proxyActivities<TelephonyActivities>({ ...dialOptions, taskQueue });
  const { hangUpLine } = proxyActivities<TelephonyActivities>({ ...hangUpOptions, taskQueue });
  return { dial, hangUpLine };
}
