import { type Service, services, taskQueueOf } from '../config/task-queues.ts';
import { type TemporalAccess, within } from './connect-temporal.ts';

/** Numbers of temporal.api.enums.v1.TaskQueueType. */
const queueTypes = { workflow: 1, activity: 2 } as const;
export type TaskKind = keyof typeof queueTypes;

/** A poll waits up to 60 s for work; one begun longer ago, ms, was a worker's that is gone. */
const FRESH_MS = 70_000;

/** What each service's worker asks its queue for. */
export const taskKinds: Record<Service, TaskKind[]> = {
  call: ['workflow', 'activity'],
  stt: ['activity'],
  cache: ['activity'],
  llm: ['activity'],
  tts: ['activity'],
  analytics: ['activity'],
};

/** How many workers wait for tasks of a kind on a service's queue. */
export async function countPollers(
  { connection, namespace }: TemporalAccess,
  prefix: string,
  service: Service,
  kind: TaskKind,
): Promise<number> {
  const { pollers } = await within(connection, () =>
    connection.workflowService.describeTaskQueue({
      namespace,
      taskQueue: { name: taskQueueOf(prefix, service) },
      taskQueueType: queueTypes[kind],
    }),
  );
  const now = Date.now();
  return (pollers ?? []).filter(({ lastAccessTime }) => {
    return lastAccessTime ? now - Number(lastAccessTime.seconds) * 1_000 < FRESH_MS : false;
  }).length;
}

/** Services without which nobody can hold a conversation. */
const essential: Service[] = ['call', 'stt', 'llm', 'tts'];

/** Essential services that no worker serves at the moment, as worker names. */
export async function absentWorkers(temporal: TemporalAccess, prefix: string): Promise<string[]> {
  const counts = await Promise.all(
    services
      .filter((service) => essential.includes(service))
      .map(async (service) => ({
        service,
        pollers: await countPollers(temporal, prefix, service, taskKinds[service][0]!),
      })),
  );
  return counts
    .filter(({ pollers }) => pollers === 0)
    .map(({ service }) => (service === 'call' ? 'orchestrator' : service));
}
