import type { Adapter, AdapterPlan, NewAdapter } from '../../call/adapter.ts';

/** What one llm worker made of a plan. */
export interface AdapterSync {
  /** The engine that it runs. */
  engine: string;
  revision: number;
  adapters: { adapter: string; error?: string; note?: string }[];
}

/** Of the control workflow, on the orchestrator's own queue. */
export interface ControlActivities {
  /** Puts an adapter into the registry; the same one again is the same version. */
  saveAdapter(adapter: NewAdapter): Promise<Adapter>;
  /**
   * Fails with BadInput where there is none, there is no such domain, or it is for another one. For `default` it looks
   * at the domain alone.
   */
  findAdapter(input: { ref: string; domain?: string }): Promise<Adapter | undefined>;
  /** Keeps the plan where workers that start look for it. */
  keepPlan(input: { deployment: string; plan: AdapterPlan }): Promise<void>;
  /** The llm workers that are there, by the task queue of each. */
  listLlmWorkers(): Promise<string[]>;
}

/** On the queue of one llm worker. */
export interface LlmAdapterActivities {
  /** Loads what the present plan names, and lets go of the rest. */
  syncAdapters(): Promise<AdapterSync>;
}
