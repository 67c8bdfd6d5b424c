import {
  allHandlersFinished,
  condition,
  continueAsNew,
  defineQuery,
  defineSignal,
  log,
  proxyActivities,
  setHandler,
  setWorkflowOptions,
  workflowInfo,
} from '@temporalio/workflow';
import { z } from 'zod';
import type { WebhookActivities } from '../activities/types.ts';
import { type WebhookEvent, webhookEventSchema } from '../call/webhook-event.ts';
import { taskQueueOf } from '../config/task-queues.ts';
import { followsCurrentVersion } from './current-version.ts';
import { deliverOptions, deliverWithinMs, webhookGapMs, webhooksIdleMs } from './limits.ts';

/** The events of one call on their way to other systems; the workflow `webhooks-<session>`. */
export interface WebhooksInput {
  taskQueuePrefix: string;
  carried?: Carried;
}

/** What became of a call's events. */
export interface Deliveries {
  delivered: number;
  /** On their way, or held back until those before them have come. */
  waiting: number;
  /** Events that an endpoint did not take within three days. */
  givenUp: { id: string; endpoint: string; why: string }[];
}

interface Carried {
  seen: string[];
  /** Events of the kinds that every call counts, that have come or are not waited for any more. */
  counted: number;
  ended: boolean;
  held: WebhookEvent[];
  lanes: [endpoint: string, events: WebhookEvent[]][];
  delivered: number;
  givenUp: Deliveries['givenUp'];
}

export const webhooksIdOf = (session: string) => `webhooks-${session}`;
export const webhookEventsPayload = z.object({ events: z.array(webhookEventSchema).min(1).max(10) }).strict();
/** Events to be sent. Those that came before, by their ids, are passed over. */
export const webhookEventsSignal = defineSignal<[z.input<typeof webhookEventsPayload>]>('events');
export const deliveriesQuery = defineQuery<Deliveries>('deliveries');

/**
 * Delivers a call's events to each endpoint in their order, each until the endpoint has taken it: a lane an endpoint,
 * so that one that is down keeps no other waiting. Ends when the call has ended and everything is delivered or given
 * up; an event that comes later starts another run.
 */
export async function webhooks(input: WebhooksInput): Promise<Deliveries> {
  return new Webhooks(input).run();
}

// An endpoint that is away may keep it for days: no version of the code has to wait for that.
setWorkflowOptions(followsCurrentVersion, webhooks);

class Webhooks {
  private readonly seen: Set<string>;
  private counted: number;
  private ended: boolean;
  private held: WebhookEvent[];
  private readonly lanes: Map<string, WebhookEvent[]>;
  private readonly busy = new Set<string>();
  private delivered: number;
  private readonly givenUp: Deliveries['givenUp'];
  /** Takes nothing up any more: the next run does. */
  private leaving = false;

  constructor(private readonly input: WebhooksInput) {
    const { carried } = input;
    this.seen = new Set(carried?.seen);
    this.counted = carried?.counted ?? 0;
    this.ended = carried?.ended ?? false;
    this.held = carried?.held ?? [];
    this.lanes = new Map(carried?.lanes);
    this.delivered = carried?.delivered ?? 0;
    this.givenUp = carried?.givenUp ?? [];
    setHandler(deliveriesQuery, () => this.deliveries());
    setHandler(webhookEventsSignal, (payload) => {
      const batch = webhookEventsPayload.safeParse(payload);
      if (batch.success) this.take(batch.data.events);
      else log.warn('events were not understood, and are ignored', { problem: batch.error.message });
    });
  }

  async run(): Promise<Deliveries> {
    for (;;) {
      for (const endpoint of this.lanes.keys()) void this.drain(endpoint);
      if (workflowInfo().continueAsNewSuggested) return this.continueAsNew();
      const [first] = this.held;
      if (first) await this.release(first);
      else if (this.busy.size > 0) await condition(() => this.held.length > 0 || this.busy.size === 0);
      else if (this.ended || !(await condition(() => this.held.length > 0, webhooksIdleMs))) break;
    }
    await condition(allHandlersFinished);
    return this.deliveries();
  }

  private take(events: WebhookEvent[]) {
    for (const event of events.filter(({ id }) => !this.seen.has(id))) {
      this.seen.add(event.id);
      this.held.push(event);
    }
    this.held.sort((a, b) => a.place - b.place);
  }

  /** Puts the first event into its lanes once all before it have come, or have not come for a minute. */
  private async release(first: WebhookEvent) {
    const isNext = () => this.held[0] !== first || this.counted >= first.after;
    if (!(await condition(isNext, webhookGapMs))) this.counted = first.after;
    if (this.held[0] !== first) return;
    this.held.shift();
    if (first.type === 'call.started' || first.type === 'turn.done') this.counted += 1;
    if (first.type === 'call.ended') this.ended = true;
    for (const endpoint of first.endpoints) {
      this.lanes.set(endpoint, [...(this.lanes.get(endpoint) ?? []), first]);
    }
  }

  private async drain(endpoint: string) {
    if (this.busy.has(endpoint)) return;
    this.busy.add(endpoint);
    for (
      let event = this.lanes.get(endpoint)?.[0];
      event && !this.leaving;
      event = this.lanes.get(endpoint)?.[0]
    ) {
      await this.deliver(endpoint, event);
      this.lanes.get(endpoint)!.shift();
    }
    this.busy.delete(endpoint);
  }

  private async deliver(endpoint: string, event: WebhookEvent) {
    const left = Math.max(1_000, event.at + deliverWithinMs - Date.now());
    const { deliver } = proxyActivities<WebhookActivities>({
      ...deliverOptions,
      scheduleToCloseTimeout: left,
      taskQueue: taskQueueOf(this.input.taskQueuePrefix, 'analytics'),
      summary: `${event.id} to ${endpoint}`,
    });
    try {
      await deliver({ endpoint, event });
      this.delivered += 1;
    } catch (error) {
      const why = String((error as Error).cause ?? error);
      this.givenUp.push({ id: event.id, endpoint, why });
      log.error('an event was given up', { event: event.id, endpoint, why });
    }
  }

  private async continueAsNew(): Promise<never> {
    this.leaving = true;
    await condition(() => this.busy.size === 0 && allHandlersFinished());
    return continueAsNew<typeof webhooks>({
      taskQueuePrefix: this.input.taskQueuePrefix,
      carried: {
        seen: [...this.seen],
        counted: this.counted,
        ended: this.ended,
        held: this.held,
        lanes: [...this.lanes],
        delivered: this.delivered,
        givenUp: this.givenUp,
      },
    });
  }

  private deliveries(): Deliveries {
    const queued = [...this.lanes.values()].reduce((sum, events) => sum + events.length, 0);
    return { delivered: this.delivered, waiting: this.held.length + queued, givenUp: this.givenUp };
  }
}
