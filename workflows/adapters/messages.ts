import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow';
import { z } from 'zod';
import { type AdapterPlan, adapterRefSchema, newAdapterSchema } from '../../call/adapter.ts';
import { domainNameSchema } from '../../call/request.ts';

/**
 * The API of the workflow `adapterControl`: one a deployment, it decides which adapters are loaded and which ones
 * new calls get. Every change goes through its updates, one after the other; the same update id is done once.
 */
export const adapterControlIdOf = (taskQueuePrefix: string) => `${taskQueuePrefix}-adapters`;

/** The workflow's one argument. `carried` is set by continue-as-new alone. */
export interface AdapterControlInput {
  taskQueuePrefix: string;
  carried?: CarriedControl;
}

/** One change, as the history keeps it. */
export interface AdapterChange {
  /** ms since the Unix epoch. */
  at: number;
  what: 'created' | 'loaded' | 'unloaded' | 'activated' | 'rolled back' | 'failed';
  adapter: string;
  domain?: string;
  percent?: number;
  /** Why it was rolled back, or failed. */
  reason?: string;
  /** The call in which it failed. */
  session?: string;
}

/** Query `state`. */
export interface AdapterControlState extends AdapterPlan {
  /** Newest last. */
  history: AdapterChange[];
}

/** What a change came to. */
export interface AdapterOutcome {
  adapter: string;
  /** The llm workers that have taken it in. */
  workers: number;
  /** What the user should know: what the engine can't do, workers that did not answer. */
  notes: string[];
}

export interface ActivateOutcome extends AdapterOutcome {
  domain: string;
  percent: number;
}

export const adapterPayload = z.object({ adapter: adapterRefSchema }).strict();
export const activatePayload = z
  .object({
    adapter: adapterRefSchema,
    domain: domainNameSchema.default('banking'),
    /** Of the new calls; the others get what was active before. */
    percent: z.number().int().min(1).max(100).default(100),
  })
  .strict();
export const rollbackPayload = z.object({ domain: domainNameSchema.default('banking') }).strict();
export const adapterFailedPayload = z
  .object({
    adapter: adapterRefSchema,
    reason: z.string().max(500),
    session: z.string().max(64),
    turn: z.number().int(),
  })
  .strict();

export const adaptersQuery = defineQuery<AdapterControlState>('state');
/** Puts an adapter into the registry, as its next version. */
export const createUpdate = defineUpdate<AdapterOutcome, [z.input<typeof newAdapterSchema>]>('create');
/** Has every llm worker load an adapter. Nothing is changed where one of them can't. */
export const loadUpdate = defineUpdate<AdapterOutcome, [z.input<typeof adapterPayload>]>('load');
/** Lets go of an adapter that is not active anywhere. */
export const unloadUpdate = defineUpdate<AdapterOutcome, [z.input<typeof adapterPayload>]>('unload');
/** Gives a loaded adapter, or `default`, to new calls of a domain: to all of them or to some. */
export const activateUpdate = defineUpdate<ActivateOutcome, [z.input<typeof activatePayload>]>('activate');
/** Takes back the last activation in a domain. */
export const rollbackUpdate = defineUpdate<ActivateOutcome, [z.input<typeof rollbackPayload>]>('rollback');
/** From a call: the adapter could not answer, the model without it could. It is rolled back wherever it is active. */
export const adapterFailedSignal = defineSignal<[z.input<typeof adapterFailedPayload>]>('adapterFailed');

/** All that the control workflow takes along into its next run. */
export interface CarriedControl {
  state: AdapterControlState;
  /** Activations before the present ones, by domain, newest last: what `rollback` goes back to. */
  before: Record<string, AdapterPlan['active'][string][]>;
  /** Outcomes of the latest updates by their ids: Temporal forgets them with the run. */
  done: { id: string; outcome: AdapterOutcome | ActivateOutcome }[];
}
