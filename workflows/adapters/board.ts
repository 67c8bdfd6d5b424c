import { ApplicationFailure } from '@temporalio/workflow';
import { type Activation, type AdapterPlan, DEFAULT_ADAPTER, parseRef } from '../../call/adapter.ts';
import type { AdapterChange, AdapterControlState, CarriedControl } from './messages.ts';

/** Changes, and activations to go back to in each domain, that are remembered. */
const LONGEST_HISTORY = 200;
const MOST_BEFORE = 20;
/** Adapters that are loaded at once: an engine's memory is bounded. */
const MOST_LOADED = 16;

/** What is loaded and active, and what was before: the decisions alone, without the doing. */
export class AdapterBoard {
  loaded: string[];
  active: Record<string, Activation>;
  private before: Record<string, Activation[]>;
  private readonly history: AdapterChange[];
  revision: number;

  constructor({ state, before }: Pick<CarriedControl, 'state' | 'before'>) {
    this.loaded = [...state.loaded];
    this.active = { ...state.active };
    this.history = [...state.history];
    this.before = before;
    this.revision = state.revision;
  }

  plan(): AdapterPlan {
    return { revision: this.revision, loaded: [...this.loaded], active: { ...this.active } };
  }

  state(): AdapterControlState {
    return { ...this.plan(), history: [...this.history] };
  }

  carry(): Pick<CarriedControl, 'state' | 'before'> {
    return { state: this.state(), before: this.before };
  }

  decisions(): Decisions {
    const before: Record<string, Activation[]> = {};
    for (const [domain, past] of Object.entries(this.before)) before[domain] = [...past];
    return { loaded: [...this.loaded], active: { ...this.active }, before };
  }

  /** Takes decisions back; what has happened stays in the history. */
  restore({ loaded, active, before }: Decisions) {
    this.loaded = loaded;
    this.active = active;
    this.before = before;
  }

  note(change: AdapterChange) {
    this.history.push(change);
    if (this.history.length > LONGEST_HISTORY) this.history.shift();
  }

  activeIn(domain: string): Activation {
    return this.active[domain] ?? { base: DEFAULT_ADAPTER };
  }

  /** The loaded version that `ref` means. Throws where none is. */
  findLoaded(ref: string): string {
    if (ref === DEFAULT_ADAPTER) return ref;
    const { name, version } = parseRef(ref);
    const found = this.loaded
      .map((one) => ({ one, ...parseRef(one) }))
      .filter((one) => one.name === name && (version === undefined || one.version === version))
      .sort((a, b) => b.version! - a.version!)[0];
    if (found) return found.one;
    throw refused(`No adapter ${ref} is loaded: load it with \`orkestra adapter-control load ${ref}\`.`);
  }

  load(ref: string) {
    if (this.loaded.includes(ref)) return;
    if (this.loaded.length >= MOST_LOADED) {
      throw refused(`${MOST_LOADED} adapters are loaded, which is the most: unload one first.`);
    }
    this.loaded.push(ref);
  }

  unload(ref: string) {
    const domain = Object.keys(this.active).find((name) => uses(this.active[name]!, ref));
    if (domain) {
      throw refused(
        `${ref} is active in ${domain}: give its calls another one first, with \`orkestra adapter-control activate default --domain ${domain}\`.`,
      );
    }
    this.loaded.splice(this.loaded.indexOf(ref), 1);
  }

  activate(domain: string, ref: string, percent: number) {
    const { base } = this.activeIn(domain);
    const next = percent === 100 ? { base: ref } : { base, trial: { adapter: ref, percent } };
    const past = (this.before[domain] ??= []);
    past.push(this.activeIn(domain));
    if (past.length > MOST_BEFORE) past.shift();
    this.active[domain] = next;
  }

  /** Goes back by one activation. Returns what new calls get now. Throws where there is nothing before. */
  rollback(domain: string): Activation {
    const previous = this.before[domain]?.pop();
    if (!previous) throw refused(`Nothing was activated in ${domain} that could be rolled back.`);
    for (const ref of refsOf(previous)) if (ref !== DEFAULT_ADAPTER) this.load(ref);
    this.active[domain] = previous;
    return previous;
  }

  /** Takes a failed adapter away from new calls. Returns the domains where it was active. */
  retire(ref: string): string[] {
    const domains = Object.keys(this.active).filter((name) => uses(this.active[name]!, ref));
    for (const domain of domains) {
      const { base } = this.active[domain]!;
      const past = this.before[domain] ?? [];
      let next: Activation = { base };
      // Those that used it are no place to go back to.
      while (uses(next, ref)) next = past.pop() ?? { base: DEFAULT_ADAPTER };
      const loaded = refsOf(next).every((one) => one === DEFAULT_ADAPTER || this.loaded.includes(one));
      this.active[domain] = loaded ? next : { base: DEFAULT_ADAPTER };
    }
    return domains;
  }

  /** Whether its failing is known since it was loaded last. */
  hasFailed(ref: string): boolean {
    const last = this.history.findLast(
      ({ adapter, what }) =>
        adapter === ref && (what === 'loaded' || what === 'activated' || what === 'failed'),
    );
    return last?.what === 'failed';
  }
}

type Decisions = Pick<AdapterPlan, 'loaded' | 'active'> & Pick<CarriedControl, 'before'>;

const refsOf = ({ base, trial }: Activation) => (trial ? [base, trial.adapter] : [base]);
const uses = (activation: Activation, ref: string) => refsOf(activation).includes(ref);

/** A change that can't be made; the message says why and what to do. */
export const refused = (message: string) => ApplicationFailure.nonRetryable(message, 'BadInput');
