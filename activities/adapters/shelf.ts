import { type Adapter, type AdapterPlan, refOf } from '../../call/adapter.ts';
import type { LlmEngine } from '../../engines/llm/engine.ts';
import type { AdapterSync } from './types.ts';

type AdapterEngine = Pick<LlmEngine, 'name' | 'adapters' | 'byTemplate'>;

/** What one llm worker has loaded, kept in step with the deployment's plan. */
export class AdapterShelf {
  private readonly held = new Map<string, Adapter>();
  private revision = -1;
  private last: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly engine: AdapterEngine,
    /** The plan and the adapters that it names. Rejects where the store is away. */
    private readonly read: () => Promise<{ plan: AdapterPlan; adapters: Adapter[] }>,
  ) {}

  get(ref: string): Adapter | undefined {
    return this.held.get(ref);
  }

  /** Whether the plan has been read at all: until then, what is missing here may be loaded everywhere else. */
  get inStep(): boolean {
    return this.revision >= 0;
  }

  /** Loads what the plan names and lets go of the rest; one at a time. Rejects where the plan can't be read. */
  sync(): Promise<AdapterSync> {
    const synced = this.last.then(() => this.follow());
    this.last = synced.catch(() => undefined);
    return synced;
  }

  private async follow(): Promise<AdapterSync> {
    const { plan, adapters } = await this.read();
    const wanted = new Set(plan.loaded);
    for (const ref of this.held.keys()) if (!wanted.has(ref)) await this.letGo(ref);
    const sync: AdapterSync = { engine: this.engine.name, revision: plan.revision, adapters: [] };
    for (const adapter of adapters) {
      const ref = refOf(adapter);
      const error = await this.take(ref, adapter);
      sync.adapters.push({ adapter: ref, error, note: this.noteOn(adapter) });
    }
    this.revision = plan.revision;
    return sync;
  }

  /** Returns why it can't be had. */
  private async take(ref: string, adapter: Adapter): Promise<string | undefined> {
    if (this.held.has(ref)) return undefined;
    if (adapter.kind === 'lora') {
      const { adapters: host, name } = this.engine;
      if (host?.kind !== adapter.engine) {
        return `${ref} has weights for the engine ${adapter.engine}, and the llm workers run ${name}`;
      }
      try {
        await host.load(adapter);
      } catch (error) {
        return (error as Error).message;
      }
    }
    this.held.set(ref, adapter);
    return undefined;
  }

  private async letGo(ref: string) {
    const adapter = this.held.get(ref);
    this.held.delete(ref);
    // What the engine fails to let go of costs memory, nothing else.
    if (adapter?.kind === 'lora') await this.engine.adapters?.unload(ref).catch(() => undefined);
  }

  private noteOn(adapter: Adapter): string | undefined {
    if (!this.engine.byTemplate) return undefined;
    return `The llm workers run ${this.engine.name}, which writes by template: ${refOf(adapter)} changes nothing there. Set ORKESTRA_LLM to a model.`;
  }
}
