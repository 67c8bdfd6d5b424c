import {
  ActivityFailure,
  allHandlersFinished,
  condition,
  continueAsNew,
  log,
  proxyActivities,
  setWorkflowOptions,
  sleep,
  workflowInfo,
} from '@temporalio/workflow';
import type { AdapterSync, ControlActivities, LlmAdapterActivities } from '../../activities/types.ts';
import { DEFAULT_ADAPTER, type NewAdapter, refOf } from '../../call/adapter.ts';
import { followsCurrentVersion } from '../current-version.ts';
import { AdapterBoard, refused } from './board.ts';
import {
  changesPerRun,
  patientStoreOptions,
  storeOptions,
  syncOptions,
  syncPauseMs,
  syncRounds,
} from './limits.ts';
import type { ActivateOutcome, AdapterControlInput, AdapterOutcome } from './messages.ts';
import { receiveChanges } from './receive.ts';

/**
 * Decides, for a deployment, which adapters are loaded and which ones new calls get. Lives as long as the deployment;
 * each change is carried out one after the other.
 */
export async function adapterControl({ taskQueuePrefix, carried }: AdapterControlInput): Promise<never> {
  const nothing = { state: { revision: 0, loaded: [], active: {}, history: [] }, before: {}, done: [] };
  const { done, ...known } = carried ?? nothing;
  const board = new AdapterBoard(known);
  const changes = receiveChanges(board, new Control(taskQueuePrefix, board), done);
  await condition(() => changes.count >= changesPerRun || workflowInfo().continueAsNewSuggested);
  await condition(() => allHandlersFinished() && changes.underWay === 0);
  return continueAsNew<typeof adapterControl>({
    taskQueuePrefix,
    carried: { ...board.carry(), done: changes.done },
  });
}

// It outlives every version of its code.
setWorkflowOptions(followsCurrentVersion, adapterControl);

/** Carries the board's decisions out. What can't be carried out is taken back, and rejected with the reason. */
export class Control {
  constructor(
    private readonly prefix: string,
    private readonly board: AdapterBoard,
  ) {}

  async create(adapter: NewAdapter): Promise<AdapterOutcome> {
    const ref = refOf(await told(this.store().saveAdapter(adapter)));
    this.board.note({ at: Date.now(), what: 'created', adapter: ref });
    return { adapter: ref, workers: 0, notes: [] };
  }

  async load(wanted: string): Promise<AdapterOutcome> {
    const { board } = this;
    if (wanted === DEFAULT_ADAPTER)
      throw refused('default is the model without an adapter: it is always there.');
    const ref = refOf((await told(this.store().findAdapter({ ref: wanted })))!);
    const isNew = !board.loaded.includes(ref);
    const outcome = await this.attempt(() => board.load(ref), ref);
    if (isNew) board.note({ at: Date.now(), what: 'loaded', adapter: ref });
    return outcome;
  }

  async unload(wanted: string): Promise<AdapterOutcome> {
    const { board } = this;
    if (wanted === DEFAULT_ADAPTER)
      throw refused('default is the model without an adapter: it always stays.');
    const ref = board.findLoaded(wanted);
    const outcome = await this.attempt(() => board.unload(ref), ref);
    board.note({ at: Date.now(), what: 'unloaded', adapter: ref });
    return outcome;
  }

  async activate(wanted: string, domain: string, percent: number): Promise<ActivateOutcome> {
    const { board } = this;
    const ref = board.findLoaded(wanted);
    await told(this.store().findAdapter({ ref, domain }));
    const outcome = await this.attempt(() => board.activate(domain, ref, percent), ref);
    board.note({ at: Date.now(), what: 'activated', adapter: ref, domain, percent });
    return { ...outcome, domain, percent };
  }

  async rollback(domain: string): Promise<ActivateOutcome> {
    const { board } = this;
    const from = board.activeIn(domain);
    const outcome = await this.attempt(() => board.rollback(domain), DEFAULT_ADAPTER);
    const { base, trial } = board.activeIn(domain);
    const reason = `back from ${from.trial ? `${from.trial.percent} % ${from.trial.adapter}` : from.base}`;
    const now = { adapter: trial?.adapter ?? base, percent: trial?.percent ?? 100, domain };
    board.note({ at: Date.now(), what: 'rolled back', ...now, reason });
    return { ...outcome, ...now };
  }

  /** A call says that an adapter could not answer. Never rejects: the calls go on whatever comes of it. */
  async onFailed({ adapter, reason, session }: { adapter: string; reason: string; session: string }) {
    const { board } = this;
    const domains = board.retire(adapter);
    // Many calls may tell of the same failure.
    if (domains.length === 0 && board.hasFailed(adapter)) return;
    const at = Date.now();
    board.note({ at, what: 'failed', adapter, reason, session });
    for (const domain of domains) {
      const { base, trial } = board.activeIn(domain);
      const now = { adapter: trial?.adapter ?? base, percent: trial?.percent ?? 100, domain };
      board.note({ at, what: 'rolled back', ...now, reason: `${adapter} failed` });
    }
    if (domains.length > 0) {
      await this.keep(patientStoreOptions).catch((error: unknown) => {
        log.error('a rollback could not be kept', { adapter, error: String(error) });
      });
    }
  }

  /** Decides, keeps the plan, and has every worker follow it; or takes all of that back, and throws why. */
  private async attempt(decide: () => void, ref: string): Promise<AdapterOutcome> {
    const { board } = this;
    const asItWas = board.decisions();
    let kept = false;
    try {
      decide();
      await told(this.keep());
      kept = true;
      return outcomeOf(await this.sync(), ref, board);
    } catch (error) {
      board.restore(asItWas);
      if (kept) await told(this.keep().then(() => this.sync()));
      throw error;
    }
  }

  private keep(options = storeOptions) {
    const { board, prefix } = this;
    board.revision += 1;
    return this.store(options).keepPlan({ deployment: prefix, plan: board.plan() });
  }

  /** Every llm worker that is there, and those that come while it is done. */
  private async sync(): Promise<Synced> {
    const synced = new Map<string, AdapterSync>();
    let waiting: string[] = [];
    for (let round = 1; round <= syncRounds; round++) {
      const queues = await told(this.store().listLlmWorkers());
      waiting = queues.filter((queue) => !synced.has(queue));
      if (queues.length > 0 && waiting.length === 0) break;
      await Promise.all(
        waiting.map(async (queue) => {
          const { syncAdapters } = proxyActivities<LlmAdapterActivities>({
            ...syncOptions,
            taskQueue: queue,
          });
          const result = await syncAdapters().catch(() => undefined);
          if (result) synced.set(queue, result);
        }),
      );
      if (queues.length === 0 || queues.some((queue) => !synced.has(queue))) await sleep(syncPauseMs);
    }
    return { synced: [...synced.values()], silent: waiting.filter((queue) => !synced.has(queue)).length };
  }

  private store(options = storeOptions) {
    const { taskQueue } = workflowInfo();
    return proxyActivities<ControlActivities>({ ...options, taskQueue });
  }
}

interface Synced {
  synced: AdapterSync[];
  /** Workers that did not answer. */
  silent: number;
}

/** What came of a change to `ref`. Throws where a worker could not follow, or where there is none that could. */
function outcomeOf({ synced, silent }: Synced, ref: string, board: AdapterBoard): AdapterOutcome {
  const results = synced.flatMap(({ adapters }) => adapters.filter(({ adapter }) => adapter === ref));
  const problem = results.find(({ error }) => error !== undefined)?.error;
  if (problem !== undefined) throw refused(`${problem}.`.replace(/([.?!])\.$/, '$1'));
  if (synced.length === 0 && board.loaded.includes(ref)) {
    throw refused('No llm worker answers: see with `orkestra orchestrator-health` whether one runs.');
  }
  const notes = new Set(results.flatMap(({ note }) => note ?? []));
  if (silent > 0) notes.add(`${silent} llm workers did not answer; they follow when they start again.`);
  return { adapter: ref, workers: synced.length, notes: [...notes] };
}

/** Passes an activity's own reason on. */
async function told<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof ActivityFailure) throw refused(error.cause?.message ?? error.message);
    throw error;
  }
}
