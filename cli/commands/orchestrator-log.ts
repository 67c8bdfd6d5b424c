import { setTimeout } from 'node:timers/promises';
import { Command, Option } from '../clipanion.ts';
import type { Database } from '../../store/database.ts';
import {
  countCacheHits,
  readCacheHits,
  readTroubledCalls,
  readTroubledTurns,
  type Trouble,
} from '../../store/log-rows.ts';
import { OrkestraCommand } from '../command.ts';
import { withPostgres } from '../connect-postgres.ts';
import { openRedis } from '../connect-redis.ts';
import { connectTemporal } from '../connect-temporal.ts';
import { type CliError, usageError } from '../error.ts';
import { interruptible } from '../interrupt.ts';
import { failedWorkflows } from '../log/failed-workflows.ts';
import { type Metrics, readMetrics } from '../log/metrics.ts';
import { hitLine, printMetrics, troubleLine } from '../log/render.ts';
import { findPlaces, type Places } from '../places.ts';
import { parseRange } from '../report/scope.ts';
import { quote } from '../settings-option.ts';
import { Terminal } from '../terminal.ts';

/** How often is looked for more, ms. */
const EVERY_MS = 2_000;
/** Rows are written when a turn is over: so long after its beginning they are still looked for, ms. */
const LATE_MS = 300_000;
/** The newest that are shown of a long time. */
const MOST = 200;

/** What was shown is remembered so that it is shown once: more than there is within that time. */
const MOST_SEEN = 20_000;

/** Counters of what does not go as it should. */
const troubles = /_(errors|fallback|lost|faults|dropped|refused|retries)(_total)?$/;

export class OrchestratorLog extends OrkestraCommand {
  static override paths = [['orchestrator-log']];

  static override usage = Command.Usage({
    description: 'see what happened lately, over all workers',
    details: `
      --metrics: what every worker measures, asked now, added up over the processes of a role; they count since the
      workers started. --cache-hits: turns that a stored answer answered, from the analytics rows. --errors: turns that
      nobody could answer or that another engine took over, calls that came to a bad end (from the rows), workflows
      that failed or were terminated (from Temporal), and what the workers count of errors.

      The newest 200 of the last hour, or of --last. With --follow, it goes on until Ctrl-C. --format json prints one JSON
      object a line. Exit code 1: a source is away, which is said on stderr; the others are shown.
    `,
    examples: [
      ['What the workers measure', '$0 orchestrator-log --metrics'],
      ['What went wrong today', '$0 orchestrator-log --errors --last 24h'],
      ['Stored answers as they are given', '$0 orchestrator-log --cache-hits --follow'],
    ],
  });

  metrics = Option.Boolean('--metrics', false, { description: 'what the workers measure' });
  cacheHits = Option.Boolean('--cache-hits', false, { description: 'turns that a stored answer answered' });
  errors = Option.Boolean('--errors', false, { description: 'what did not go as it should' });
  last = Option.String('--last', { description: '1h, 24h, 7d or 30d; 1h by default' });
  follow = Option.Boolean('--follow', false, { description: 'go on until Ctrl-C' });
  format = Option.String('--format', 'table', { description: 'table or json' });

  private readonly seen = new Set<string>();
  private readonly away = new Set<string>();

  async run(): Promise<number> {
    if ([this.metrics, this.cacheHits, this.errors].filter(Boolean).length !== 1) {
      throw usageError('Say what to show: one of --metrics, --cache-hits and --errors.');
    }
    if (this.format !== 'table' && this.format !== 'json') {
      throw usageError(`--format: takes table and json, not ${quote(this.format)}.`);
    }
    if (this.metrics && this.last !== undefined) {
      throw usageError(
        '--last: metrics count since the workers started; use it with --cache-hits or --errors.',
      );
    }
    const { from } = parseRange({ last: this.last ?? '1h' });
    const places = findPlaces();
    await interruptible(async (signal) => {
      for (let since = from; ; since = new Date(Date.now() - LATE_MS)) {
        if (this.metrics) await this.showMetrics(places);
        else if (this.cacheHits) await this.showHits(places, since);
        else await this.showErrors(places, since);
        if (!this.follow || signal.aborted) return;
        await setTimeout(EVERY_MS, undefined, { signal }).catch(() => undefined);
        if (signal.aborted) return;
      }
    });
    return this.away.size === 0 ? 0 : 1;
  }

  private terminal = () => new Terminal(this.context.stdout, this.context.colorDepth);

  private async showMetrics(places: Places) {
    const found = await this.source('The workers', () => metricsOf(places));
    if (!found) return;
    const { metrics, away, workers } = found;
    for (const { id, reason } of away) this.note(`${id} gives no metrics: ${reason}.`);
    if (this.format === 'json') return this.print(JSON.stringify({ at: Date.now(), workers, metrics, away }));
    const terminal = this.terminal();
    if (this.follow) terminal.clearScreen();
    if (workers === 0)
      this.note('No worker runs: start them with `orkestra up`, or each with `orkestra worker NAME`.');
    printMetrics(metrics, terminal);
  }

  private async showHits(places: Places, since: Date) {
    const first = this.seen.size === 0;
    const found = await this.source('Postgres', () =>
      read(places, async (database) => ({
        hits: await readCacheHits(database, since, MOST),
        count: await countCacheHits(database, since),
      })),
    );
    if (!found) return;
    for (const hit of found.hits) {
      if (this.isNew(`${hit.session}/${hit.turn}`)) this.show(hit, hitLine(hit));
    }
    const { turns, hits } = found.count;
    if (this.format === 'json' || !first || this.follow) return;
    const share = turns === 0 ? '' : ` (${((100 * hits) / turns).toFixed(1)} %)`;
    this.print(`${hits} of ${turns} turns since ${since.toISOString()} had a stored answer${share}.`);
  }

  private async showErrors(places: Places, since: Date) {
    const first = this.seen.size === 0;
    const { taskQueuePrefix } = places.config.temporal;
    const [rows, workflows, counted] = await Promise.all([
      this.source('Postgres', () =>
        read(places, async (database) => [
          ...(await readTroubledTurns(database, since, MOST)),
          ...(await readTroubledCalls(database, since, MOST)),
        ]),
      ),
      this.source('Temporal', async () => {
        const temporal = await connectTemporal(places);
        try {
          return await failedWorkflows(temporal, taskQueuePrefix, since, MOST);
        } finally {
          await temporal.close();
        }
      }),
      first && !this.follow ? this.source('The workers', () => metricsOf(places)) : undefined,
    ]);
    const all: Trouble[] = [...(rows ?? []), ...(workflows ?? [])].sort((a, b) => a.at - b.at);
    for (const trouble of all.slice(-MOST)) {
      const { session, turn, what } = trouble;
      if (this.isNew(`${session}/${turn ?? ''}/${what}`)) this.show(trouble, troubleLine(trouble));
    }
    if (this.follow) return;
    const counters = counted?.metrics.filter(({ name, value }) => troubles.test(name) && value);
    if (this.format === 'json') {
      for (const counter of counters ?? []) this.print(JSON.stringify(counter));
      return;
    }
    if (all.length === 0)
      this.print(`Nothing went wrong since ${since.toISOString()}, as far as could be seen.`);
    if (!counters?.length) return;
    this.print('Counted since the workers started:');
    printMetrics(counters, this.terminal());
  }

  private show(value: object, line: string) {
    this.print(this.format === 'json' ? JSON.stringify(value) : line);
  }

  private isNew(key: string): boolean {
    if (this.seen.has(key)) return false;
    this.seen.add(key);
    if (this.seen.size > MOST_SEEN) this.seen.delete(this.seen.values().next().value!);
    return true;
  }

  /** Asks one source; where it is away, that is said once, and the others are still shown. */
  private async source<T>(name: string, ask: () => Promise<T>): Promise<T | undefined> {
    try {
      const answer = await ask();
      if (this.away.delete(name)) this.note(`${name}: back.`);
      return answer;
    } catch (error) {
      if (!this.away.has(name)) this.note(`orkestra: ${(error as CliError).message}`);
      this.away.add(name);
      return undefined;
    }
  }
}

async function metricsOf({ config }: Places): Promise<Metrics> {
  const { redis } = await openRedis(config.redis);
  try {
    return await readMetrics(redis, config.temporal.taskQueuePrefix);
  } finally {
    redis.disconnect();
  }
}

const read = <T>({ config }: Places, act: (database: Database) => Promise<T>): Promise<T> =>
  withPostgres(config.postgres, act);
