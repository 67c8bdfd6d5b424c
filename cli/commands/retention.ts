import { removeRecordingsBefore, recordingsBefore } from '../../store/recordings.ts';
import { countOlderThan, deleteOlderThan } from '../../store/retention.ts';
import { Command, Option } from '../clipanion.ts';
import { OrkestraCommand } from '../command.ts';
import { withPostgres } from '../connect-postgres.ts';
import { usageError } from '../error.ts';
import { findPlaces } from '../places.ts';
import { quote } from '../settings-option.ts';

const DAY_MS = 86_400_000;
const MOST_DAYS = 36_500;

export class Retention extends OrkestraCommand {
  static override paths = [['retention']];

  static override usage = Command.Usage({
    description: 'delete what is kept of old calls',
    details: `
      Deletes rows of calls and turns, notes of tools, hourly figures and recordings that are older. With
      ORKESTRA_RETENTION_DAYS the analytics workers do this by themselves every hour. How long Temporal keeps the
      histories of calls is a setting of its namespace.
    `,
    examples: [
      ['What would go', '$0 retention --older-than 90d --dry-run'],
      ['It goes', '$0 retention --older-than 90d --yes'],
    ],
  });

  olderThan = Option.String('--older-than', { description: 'an age in days, as in 90d' });
  dryRun = Option.Boolean('--dry-run', false, { description: 'count, and delete nothing' });
  yes = Option.Boolean('--yes', false, { description: 'delete: it can’t be undone' });
  json = Option.Boolean('--json', false, { description: 'print one JSON object' });

  async run(): Promise<void> {
    const days = parseDays(this.olderThan);
    if (this.dryRun === this.yes) {
      throw usageError(
        'Say --dry-run to see what would be deleted, or --yes to delete it, which can’t be undone.',
      );
    }
    const before = new Date(Date.now() - days * DAY_MS);
    const { config } = findPlaces();
    const { folder } = config.recordings;
    const rows = await withPostgres(config.postgres, (db) =>
      this.yes ? deleteOlderThan(db, before) : countOlderThan(db, before),
    );
    let recordings = 0;
    if (folder) {
      recordings = this.yes
        ? await removeRecordingsBefore(folder, before)
        : (await recordingsBefore(folder, before)).length;
    } else
      this.note('ORKESTRA_RECORDINGS is not set here: recordings in a folder elsewhere are not reached.');
    if (this.json) return this.printJson({ dryRun: this.dryRun, before, ...rows, recordings });
    this.print(`${this.dryRun ? 'Would be deleted' : 'Deleted'} from before ${before.toISOString()}:`);
    for (const [what, count] of [...Object.entries(rows), ['recordings', recordings]]) {
      this.print(`${String(count).padStart(9)}  ${String(what).replace('_', ' ')}`);
    }
  }
}

function parseDays(text: string | undefined): number {
  if (text === undefined) throw usageError('Say how old, as in --older-than 90d.');
  const days = /^(\d{1,5})d$/.exec(text)?.[1];
  if (days !== undefined && Number(days) >= 1 && Number(days) <= MOST_DAYS) return Number(days);
  throw usageError(`--older-than: takes days from 1d to ${MOST_DAYS}d, not ${quote(text)}.`);
}
