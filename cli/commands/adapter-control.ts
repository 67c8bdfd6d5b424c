import { Command, Option } from '../clipanion.ts';
import { type Adapter, pickAdapter, refOf } from '../../call/adapter.ts';
import { listAdapters } from '../../store/adapters.ts';
import type { AdapterChange, AdapterOutcome } from '../../workflows/adapters/messages.ts';
import { activeWords, parseAdapter, parseDomain, switchCall, withAdapterControl } from '../adapter-access.ts';
import { parseSession } from '../call-workflow.ts';
import { OrkestraCommand } from '../command.ts';
import { withPostgres } from '../connect-postgres.ts';
import { CliError, usageError } from '../error.ts';
import { suggestion } from '../nearest.ts';
import { findPlaces } from '../places.ts';
import { quote } from '../settings-option.ts';

abstract class AdapterCommand extends OrkestraCommand {
  json = Option.Boolean('--json', false, { description: 'print one JSON object' });

  /** What was done, then what there is to know about it. */
  protected tell(line: string, outcome: AdapterOutcome) {
    if (this.json) return this.printJson(outcome);
    this.print(line);
    for (const note of outcome.notes) this.note(note);
  }

  protected registry = () => withPostgres(findPlaces().config.postgres, listAdapters);
}

export class ListAdapters extends AdapterCommand {
  static override paths = [['adapter-control', 'list']];
  static override usage = Command.Usage({ description: 'list the adapters, and what is loaded and active' });

  async run(): Promise<void> {
    const adapters = await this.registry();
    const state = await withAdapterControl((control) => control.state());
    if (this.json) {
      const { loaded, active } = state;
      return this.printJson({ adapters, loaded, active });
    }
    if (adapters.length === 0) {
      return this.note('There are no adapters yet: make one with `orkestra adapter-control create`.');
    }
    for (const adapter of adapters) {
      const ref = refOf(adapter);
      const standing = state.loaded.includes(ref) ? ['loaded', ...activeWords(state, ref)] : ['not loaded'];
      this.print([ref.padEnd(24), kindOf(adapter).padEnd(14), standing.join(', ')].join('  '));
    }
  }
}

export class ShowAdapter extends AdapterCommand {
  static override paths = [['adapter-control', 'show']];
  static override usage = Command.Usage({
    description: 'show an adapter, and what became of it',
    details: 'Without NAME: what is active in each domain, and what was changed last.',
  });

  name = Option.String({ name: 'NAME', required: false });

  async run(): Promise<void> {
    const ref = this.name === undefined ? undefined : parseAdapter(this.name);
    const adapters = ref ? await this.registry() : [];
    const adapter = ref ? pickAdapter(adapters, ref) : undefined;
    if (ref && !adapter) {
      const names = [...new Set(adapters.map(({ name }) => name))];
      throw new CliError(`There is no adapter ${quote(ref)}.${suggestion(ref, names)}`);
    }
    const state = await withAdapterControl((control) => control.state());
    const { loaded, active } = state;
    const history = state.history.filter((change) => !adapter || change.adapter === refOf(adapter));
    if (this.json) return this.printJson({ adapter, loaded, active, history });
    if (adapter) this.print(JSON.stringify({ ...adapter, createdAt: new Date(adapter.createdAt) }, null, 2));
    else for (const domain of Object.keys(active)) this.print(`${domain}: ${newCalls(active[domain]!)}`);
    for (const change of history.slice(-LATEST)) this.print(changeLine(change));
  }
}

/** Changes that are shown. */
const LATEST = 20;

export class LoadAdapter extends AdapterCommand {
  static override paths = [['adapter-control', 'load']];
  static override usage = Command.Usage({
    description: 'have every llm worker load an adapter',
    details: 'NAME is its newest version, NAME@2 that one. Where a worker can’t load it, nothing is changed.',
  });

  name = Option.String({ name: 'NAME' });

  async run(): Promise<void> {
    const ref = parseAdapter(this.name);
    const outcome = await withAdapterControl((control) => control.load(ref));
    this.tell(`${outcome.adapter} is loaded at ${workers(outcome)}.`, outcome);
  }
}

export class UnloadAdapter extends AdapterCommand {
  static override paths = [['adapter-control', 'unload']];
  static override usage = Command.Usage({
    description: 'have every llm worker let go of an adapter',
    details: 'One that is active is kept. Live calls that use it go back to the one before.',
  });

  name = Option.String({ name: 'NAME' });

  async run(): Promise<void> {
    const ref = parseAdapter(this.name);
    const outcome = await withAdapterControl((control) => control.unload(ref));
    this.tell(`${outcome.adapter} is no longer loaded.`, outcome);
  }
}

export class ActivateAdapter extends AdapterCommand {
  static override paths = [['adapter-control', 'activate']];
  static override usage = Command.Usage({
    description: 'give an adapter to new calls, or to a live one',
    details: `
      Without --session, new calls of a domain get it: all of them, or --percent of them, by their session, while the
      others get what was active before. With --session, a live call answers with it from the next turn on.
      "default" is the model without an adapter.
    `,
    examples: [
      ['A tenth of the new calls', '$0 adapter-control activate formal --percent 10'],
      ['One live call', '$0 adapter-control activate formal --session demo-1'],
    ],
  });

  name = Option.String({ name: 'NAME' });
  domain = Option.String('--domain', { description: 'whose new calls; banking if left out' });
  percent = Option.String('--percent', { description: 'how many of the new calls, 1 to 100' });
  session = Option.String('--session', { description: 'a live call' });

  async run(): Promise<void> {
    const adapter = parseAdapter(this.name);
    const domain = this.domain === undefined ? undefined : parseDomain(this.domain);
    const percent = this.percent === undefined ? undefined : parsePercent(this.percent);
    if (this.session !== undefined) {
      if (domain ?? percent) throw usageError('--session is one call: leave --domain and --percent out.');
      return this.switch(parseSession(this.session), adapter);
    }
    const outcome = await withAdapterControl((control) => control.activate({ adapter, domain, percent }));
    const share = outcome.percent === 100 ? 'All' : `${outcome.percent} % of the`;
    this.tell(`${share} new calls in ${outcome.domain} get ${outcome.adapter}.`, outcome);
  }

  private async switch(session: string, wanted: string) {
    const adapter = await switchCall(session, wanted);
    if (this.json) return this.printJson({ session, adapter });
    this.print(`${adapter} answers in call ${session} from the next turn on.`);
  }
}

export class RollbackAdapter extends AdapterCommand {
  static override paths = [['adapter-control', 'rollback']];
  static override usage = Command.Usage({ description: 'take back the last activation in a domain' });

  domain = Option.String('--domain', { description: 'banking if left out' });

  async run(): Promise<void> {
    const domain = this.domain === undefined ? undefined : parseDomain(this.domain);
    const outcome = await withAdapterControl((control) => control.rollback(domain));
    const share = outcome.percent === 100 ? 'All' : `${outcome.percent} % of the`;
    this.tell(
      `Rolled back: ${share.toLowerCase()} new calls in ${outcome.domain} get ${outcome.adapter}.`,
      outcome,
    );
  }
}

function parsePercent(text: string): number {
  const percent = Number(text);
  if (Number.isInteger(percent) && percent >= 1 && percent <= 100) return percent;
  throw usageError(`--percent: a whole number from 1 to 100, not ${quote(text)}.`);
}

const workers = ({ workers: count }: AdapterOutcome) =>
  count === 1 ? 'one llm worker' : `${count} llm workers`;

const kindOf = (adapter: Adapter) => (adapter.kind === 'lora' ? `lora (${adapter.engine})` : 'prompt');

const newCalls = ({ base, trial }: { base: string; trial?: { adapter: string; percent: number } }) =>
  trial
    ? `${trial.percent} % of new calls get ${trial.adapter}, the others ${base}`
    : `new calls get ${base}`;

/** `2026-05-04 10:11:12  activated    formal@2  20 % of banking`. */
function changeLine({ at, what, adapter, domain, percent, reason, session }: AdapterChange): string {
  const time = new Date(at).toISOString().slice(0, 19).replace('T', ' ');
  const where = domain ? [percent === 100 ? domain : `${percent} % of ${domain}`] : [];
  const why = reason ? [session ? `${reason} (call ${session})` : reason] : [];
  return [time, what.padEnd(11), adapter, ...where, ...why].join('  ');
}
