import { optimizeAnswers } from '../../activities/recall/optimize.ts';
import { evictAnswers, type EvictionRule } from '../../store/evict-answers.ts';
import {
  cacheStats,
  clearAnswers,
  countAnswers,
  listAnswers,
  mostListed,
} from '../../store/manage-answers.ts';
import {
  CacheCommand,
  ChangingCacheCommand,
  parseSimilarity,
  parseSpan,
  parseWhole,
} from '../cache-command.ts';
import { Command, Option } from '../clipanion.ts';
import { usageError } from '../error.ts';

export class CacheStats extends CacheCommand {
  static override paths = [['cache-manager', 'stats']];

  static override usage = Command.Usage({
    description: 'count the stored answers, and how often they were given',
    examples: [['One tenant’s', '$0 cache-manager stats --tenant northwind']],
  });

  async run(): Promise<void> {
    const filter = this.filter();
    const stats = await this.withStore((database) => cacheStats(database, filter));
    if (this.json) return this.printJson(stats);
    const { answers, expired, uses, scopes } = stats;
    this.print(`${count(answers)}${this.scopeWords}, given ${uses} times; ${expired} of them expired.`);
    for (const scope of scopes) {
      const { tenant, domain, language, adapter, promptVersion, model, lastUsed } = scope;
      const place = [tenant, domain, language, adapter, `prompt ${promptVersion}`, model].join(' · ');
      const last = lastUsed ? `, last ${lastUsed.slice(0, 16)}Z` : '';
      this.print(`${String(scope.answers).padStart(7)}  ${place}  given ${scope.uses} times${last}`);
    }
  }
}

export class CacheList extends CacheCommand {
  static override paths = [['cache-manager', 'list']];

  static override usage = Command.Usage({
    description: 'list stored answers',
    details: `
      In the order in which they were stored, a page at a time. Nothing is masked: an answer that holds personal data,
      or that a tool took part in, is never stored.
    `,
    examples: [['The first ten of a domain', '$0 cache-manager list --domain clinic --limit 10']],
  });

  limit = Option.String('--limit', '50', { description: `how many; 50 by default, at most ${mostListed}` });
  after = Option.String('--after', '0', { description: 'those after the answer with this id' });

  async run(): Promise<void> {
    const filter = this.filter();
    const limit = parseWhole('--limit', this.limit, 1, mostListed);
    const after = parseWhole('--after', this.after, 0, Number.MAX_SAFE_INTEGER);
    const page = await this.withStore((database) => listAnswers(database, filter, { limit, after }));
    if (this.json) return this.printJson(page);
    for (const { id, tenant, domain, adapter, question, answer, uses } of page.answers) {
      this.print(`${String(id).padStart(6)}  ${tenant} · ${domain} · ${adapter}  given ${uses} times`);
      this.print(`        “${question}” → “${answer}”`);
    }
    if (page.answers.length === 0) this.note(`No answers are stored${this.scopeWords}.`);
    else if (page.next !== undefined) this.note(`There are more: go on with --after ${page.next}.`);
  }
}

export class CacheClear extends ChangingCacheCommand {
  static override paths = [['cache-manager', 'clear']];

  static override usage = Command.Usage({
    description: 'delete stored answers',
    details: 'All of them, or those of one tenant, domain, language or adapter.',
    examples: [['A domain’s', '$0 cache-manager clear --domain clinic --yes']],
  });

  async run(): Promise<void> {
    const filter = this.filter();
    const cleared = await this.withStore(async (database) => {
      const found = await countAnswers(database, filter);
      if (this.dryRun || found === 0) return found;
      await this.confirm(`deletes ${count(found)}${this.scopeWords}`);
      return clearAnswers(database, filter);
    });
    if (this.json) return this.printJson({ cleared, dryRun: this.dryRun });
    this.print(`${count(cleared)}${this.scopeWords} ${this.dryRun ? 'would be' : 'were'} deleted.`);
  }
}

export class CacheEvict extends ChangingCacheCommand {
  static override paths = [['cache-manager', 'evict']];

  static override usage = Command.Usage({
    description: 'delete stored answers by age, use or similarity',
    details: `
      What meets all that is given goes: --age, stored longer ago; --unused, not given for so long; --keep, all but so
      many, those given last; --like, those whose question is close to this one, for when a fact has changed. Spans
      are written 90m, 12h, 30d.
    `,
    examples: [
      ['What nobody asked for in a month', '$0 cache-manager evict --unused 30d --yes'],
      ['All but ten thousand', '$0 cache-manager evict --keep 10000'],
      [
        'Everything about opening hours',
        '$0 cache-manager evict --like "What are your opening hours?" --similarity 0.6',
      ],
    ],
  });

  age = Option.String('--age', { description: 'stored longer ago than this' });
  unused = Option.String('--unused', { description: 'not given for longer than this' });
  keep = Option.String('--keep', { description: 'all but so many' });
  like = Option.String('--like', { description: 'a question that they are close to' });
  similarity = Option.String('--similarity', '0.8', {
    description: 'how close, 0 to 1; 0.8 by default',
  });

  async run(): Promise<void> {
    const filter = this.filter();
    const atLeast = parseSimilarity(this.similarity);
    const rule: EvictionRule = {
      olderThanMs: this.age === undefined ? undefined : parseSpan('--age', this.age),
      unusedForMs: this.unused === undefined ? undefined : parseSpan('--unused', this.unused),
      keep: this.keep === undefined ? undefined : parseWhole('--keep', this.keep, 0, 100_000_000),
    };
    if (this.like === undefined && Object.values(rule).every((part) => part === undefined)) {
      throw usageError('Say what goes: give --age, --unused, --keep or --like.');
    }
    if (this.like !== undefined) {
      const question = this.like;
      rule.like = await this.withEmbedding(async (embedding) => {
        const [vector] = await embedding.embed([question]);
        return { embedding: vector!, atLeast, model: embedding.name };
      });
    }
    const { evicted, examples } = await this.withStore(async (database) => {
      const would = await evictAnswers(database, filter, rule, true);
      if (this.dryRun || would.evicted === 0) return would;
      await this.confirm(`deletes ${count(would.evicted)}${this.scopeWords}, such as “${would.examples[0]}”`);
      return evictAnswers(database, filter, rule, false);
    });
    if (this.json) return this.printJson({ evicted, examples, dryRun: this.dryRun });
    this.print(`${count(evicted)}${this.scopeWords} ${this.dryRun ? 'would be' : 'were'} deleted.`);
    for (const example of examples) this.print(`  “${example}”`);
  }
}

export class CacheOptimize extends ChangingCacheCommand {
  static override paths = [['cache-manager', 'optimize']];

  static override usage = Command.Usage({
    description: 'merge stored answers whose questions are the same',
    details: `
      Questions of one scope that are close, and by their words the same, become one: the one that was given most often
      stays and counts the uses of all. What was merged is listed.
    `,
    examples: [['See what would be merged', '$0 cache-manager optimize --dry-run']],
  });

  similarity = Option.String('--similarity', '0.9', {
    description: 'how close, 0 to 1; 0.9 by default',
  });

  async run(): Promise<void> {
    const filter = this.filter();
    const atLeast = parseSimilarity(this.similarity);
    const { looked, removed, merges } = await this.withStore(async (database) => {
      const found = await countAnswers(database, filter);
      if (found > 0) await this.confirm(`merges what is the same among ${count(found)}${this.scopeWords}`);
      return optimizeAnswers(database, filter, atLeast, this.dryRun, (done) =>
        this.note(`${done} of ${found} looked at`),
      );
    });
    if (this.json) return this.printJson({ looked, removed, merges, dryRun: this.dryRun });
    for (const { kept, merged, otherAnswers } of merges) {
      const differing = otherAnswers > 0 ? ` (${otherAnswers} answered in other words)` : '';
      this.print(`“${kept}” ← ${merged.map((question) => `“${question}”`).join(', ')}${differing}`);
    }
    const became = this.dryRun ? 'would go' : 'went';
    this.print(
      `${count(looked)}${this.scopeWords} looked at; ${removed} ${became} into ${merges.length} others.`,
    );
  }
}

const count = (answers: number) => `${answers} stored ${answers === 1 ? 'answer' : 'answers'}`;
