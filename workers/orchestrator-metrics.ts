import type { Client } from '@temporalio/client';
import { Counter, Gauge } from 'prom-client';
import { type Service, services, taskQueueOf } from '../config/task-queues.ts';
import { workerNames } from '../config/worker-names.ts';
import type { WorkerContext } from './run.ts';

/** Numbers of temporal.api.enums.v1.TaskQueueType, and what waits there. */
const kinds = { workflow: 1, activity: 2 } as const;
/** A poll waits up to 60 s for work; one begun longer ago, ms, was a worker's that is gone. */
const FRESH_MS = 70_000;
/** Temporal is asked for one scrape, so quickly or not at all, ms. */
const DEADLINE_MS = 3_000;

/**
 * What only Temporal knows, asked of it at each scrape: the calls that run, and what waits on each service's queue.
 * Every orchestrator tells the same; take the maximum, not the sum. A question without an answer leaves the last one.
 */
export function orchestratorMetrics({ metrics, config }: WorkerContext, client: Client) {
  const registers = [metrics];
  const prefix = config.temporal.taskQueuePrefix;
  const { namespace } = client.options;
  const { workflowService } = client.connection;

  const quietly = (ask: () => Promise<void>) =>
    client.withDeadline(Date.now() + DEADLINE_MS, ask).catch(() => undefined);
  const askCalls = async () => {
    const query = `WorkflowType = 'call' AND ExecutionStatus = 'Running' AND TaskQueue = '${taskQueueOf(prefix, 'call')}'`;
    const { count } = await workflowService.countWorkflowExecutions({ namespace, query });
    calls.set(Number(count));
  };
  const askQueue = async (service: Service, kind: keyof typeof kinds) => {
    const described = await workflowService.describeTaskQueue({
      namespace,
      taskQueue: { name: taskQueueOf(prefix, service) },
      taskQueueType: kinds[kind],
      reportStats: true,
    });
    const since = Date.now() - FRESH_MS;
    const fresh = (described.pollers ?? []).filter(
      ({ lastAccessTime }) => Number(lastAccessTime?.seconds ?? 0) * 1_000 > since,
    );
    pollers.set({ service, kind }, fresh.length);
    backlog.set({ service, kind }, Number(described.stats?.approximateBacklogCount ?? 0));
  };
  const questions = [
    askCalls,
    () => askQueue('call', 'workflow'),
    ...services.map((service) => () => askQueue(service, 'activity')),
  ];
  let asking: Promise<unknown> | undefined;
  const collect = async () => {
    asking ??= Promise.all(questions.map(quietly)).finally(() => (asking = undefined));
    await asking;
  };

  const calls = new Gauge({
    name: 'orkestra_calls_running',
    help: 'Calls whose workflow runs, by Temporal’s index (a second or two behind)',
    collect,
    registers,
  });
  const pollers = new Gauge({
    name: 'orkestra_task_queue_pollers',
    help: 'Workers that wait for tasks on a service’s queue',
    labelNames: ['service', 'kind'],
    collect,
    registers,
  });
  const backlog = new Gauge({
    name: 'orkestra_task_queue_backlog',
    help: 'Tasks on a service’s queue that no worker has taken yet, about',
    labelNames: ['service', 'kind'],
    collect,
    registers,
  });
  const lostWorkers = new Counter({
    name: 'orkestra_workers_lost_total',
    help: 'Workers whose lease ran out, whose stages were started anew elsewhere',
    labelNames: ['lost'],
    registers,
  });

  // A series that began with its first worker would hide that one from `increase`.
  for (const lost of workerNames) lostWorkers.inc({ lost }, 0);
  return { onLost: (role: string) => lostWorkers.inc({ lost: role }) };
}
