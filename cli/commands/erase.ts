import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { maskCustomer, maskPhone } from '../../call/mask.ts';
import { customerIdSchema, phoneSchema } from '../../call/request.ts';
import type { Config } from '../../config/schema.ts';
import type { Database } from '../../store/database.ts';
import { countRows, type ErasedPerson, eraseRows, sessionsOf } from '../../store/erasure.ts';
import { recordingPlaces, removeRecording } from '../../store/recordings.ts';
import { dialogueKey, formatKey, streamKey } from '../../stream/keys.ts';
import { Command, Option } from '../clipanion.ts';
import { parseSession } from '../call-workflow.ts';
import { OrkestraCommand } from '../command.ts';
import { openRedis } from '../connect-redis.ts';
import { withPostgres } from '../connect-postgres.ts';
import { connectTemporal, type TemporalAccess } from '../connect-temporal.ts';
import { countHistories, deleteHistories, runningOf } from '../delete-history.ts';
import { CliError, usageError } from '../error.ts';
import { findPlaces, type Places } from '../places.ts';
import { quote } from '../settings-option.ts';
import { savedCallFolder } from '../save-call.ts';

/** What is erased of a person's calls, as counts. */
type Erased = Awaited<ReturnType<typeof eraseRows>> & {
  streams: number;
  recordings: number;
  histories: number;
};

const what: Record<keyof Erased, string> = {
  histories: 'histories in Temporal',
  streams: 'live streams in Redis',
  recordings: 'recordings',
  answers: 'stored answers to the same words',
  effects: 'notes of tools',
  turns: 'turns',
  calls: 'calls',
};

export class Erase extends OrkestraCommand {
  static override paths = [['erase']];

  static override usage = Command.Usage({
    description: 'erase what is kept of a person’s calls',
    details: `
      Erases the rows, recordings, stored answers, notes of tools, streams and Temporal histories of one call, or of all
      calls of a customer or phone that have ended. What tools changed in a business’s own tables is that business’s to
      erase. Figures that name nobody stay. It can be done again after a failure.
    `,
    examples: [
      ['What would go', '$0 erase --customer cust-1001 --dry-run'],
      ['It goes', '$0 erase --customer cust-1001 --yes'],
    ],
  });

  customer = Option.String('--customer', { description: 'all calls of this customer' });
  phone = Option.String('--phone', { description: 'all calls of this number, as in +14155550123' });
  session = Option.String('--session', { description: 'this call' });
  dryRun = Option.Boolean('--dry-run', false, { description: 'count, and erase nothing' });
  yes = Option.Boolean('--yes', false, { description: 'erase: it can’t be undone' });
  json = Option.Boolean('--json', false, { description: 'print one JSON object' });

  async run(): Promise<void> {
    const person = this.parsePerson();
    if (this.dryRun === this.yes) {
      throw usageError(
        'Say --dry-run to see what would be erased, or --yes to erase it, which can’t be undone.',
      );
    }
    const places = findPlaces();
    const temporal = await connectTemporal(places);
    try {
      await withPostgres(places.config.postgres, (db) => this.erase(db, places, temporal, person));
    } finally {
      await temporal.close();
    }
  }

  private async erase(db: Database, places: Places, temporal: TemporalAccess, person: ErasedPerson) {
    const sessions = await sessionsOf(db, person);
    if (sessions.length === 0) throw new CliError(`There are no calls of ${nameOf(person)} that have ended.`);
    const [running] = await runningOf(temporal, sessions);
    if (running !== undefined) {
      throw new CliError(
        `Call ${running} goes on: end it with \`orkestra end-call ${running}\`, then erase.`,
      );
    }
    const { config } = places;
    const erased: Erased = this.yes
      ? {
          histories: await deleteHistories(temporal, sessions),
          streams: await eraseStreams(config.redis, sessions),
          recordings: await eraseRecordings(config, sessions),
          ...(await eraseRows(db, sessions)),
        }
      : {
          histories: await countHistories(temporal, sessions),
          streams: await countStreams(config.redis, sessions),
          recordings: recordingsOf(config, sessions).length,
          ...(await countRows(db, sessions)),
        };
    if (Object.values(erased).every((count) => count === 0)) {
      throw new CliError(`There is nothing of ${nameOf(person)} to erase.`);
    }
    this.report(person, erased, sessions, config);
  }

  private report(person: ErasedPerson, erased: Erased, sessions: string[], { recordings }: Config) {
    if (!recordings.folder) {
      this.note('ORKESTRA_RECORDINGS is not set here: recordings in a folder elsewhere are not reached.');
    }
    if (this.json) return this.printJson({ dryRun: this.dryRun, sessions, ...erased });
    this.print(`${this.dryRun ? 'Would be erased' : 'Erased'} of ${nameOf(person)}:`);
    for (const [key, label] of Object.entries(what)) {
      this.print(`${String(erased[key as keyof Erased]).padStart(7)}  ${label}`);
    }
  }

  private parsePerson(): ErasedPerson {
    const { customer, phone, session } = this;
    const given = [customer, phone, session].filter((value) => value !== undefined);
    if (given.length !== 1) throw usageError('Say whose calls: one of --customer, --phone and --session.');
    if (session !== undefined) return { session: parseSession(session) };
    const result = (phone === undefined ? customerIdSchema : phoneSchema).safeParse(given[0]);
    if (!result.success) {
      const option = phone === undefined ? '--customer' : '--phone';
      throw usageError(`${option} ${quote(given[0]!)}: ${result.error.issues[0]!.message}.`);
    }
    return phone === undefined ? { customer: result.data } : { phone: result.data };
  }
}

function nameOf(person: ErasedPerson): string {
  if ('customer' in person) return `customer ${maskCustomer(person.customer)}`;
  return 'phone' in person ? `phone ${maskPhone(person.phone)}` : `session ${person.session}`;
}

const keysOf = (session: string) => [
  ...(['events', 'in', 'out'] as const).map((stream) => streamKey(session, stream)),
  dialogueKey(session),
  formatKey(session),
];

/** Streams go by themselves some minutes after a call; until then they hold its words and its sound. */
async function withEach(
  config: Config['redis'],
  sessions: string[],
  act: (redis: Awaited<ReturnType<typeof openRedis>>['redis'], session: string) => Promise<number>,
) {
  const { redis } = await openRedis(config);
  try {
    let streams = 0;
    for (const session of sessions) if ((await act(redis, session)) > 0) streams += 1;
    return streams;
  } finally {
    redis.disconnect();
  }
}

const eraseStreams = (config: Config['redis'], sessions: string[]) =>
  withEach(config, sessions, (redis, session) => redis.del(...keysOf(session)));
const countStreams = (config: Config['redis'], sessions: string[]) =>
  withEach(config, sessions, (redis, session) => redis.exists(...keysOf(session)));

/** Sessions with sound: in the folder of recordings, or saved by the CLI in this one. */
const recordingsOf = ({ recordings: { folder } }: Config, sessions: string[]) =>
  sessions.filter((session) => {
    const recorded = folder ? Object.values(recordingPlaces(folder, session)) : [];
    return [...recorded, savedCallFolder(session)].some((path) => existsSync(path));
  });

async function eraseRecordings(config: Config, sessions: string[]): Promise<number> {
  const found = recordingsOf(config, sessions);
  for (const session of found) {
    if (config.recordings.folder) await removeRecording(config.recordings.folder, session);
    await rm(savedCallFolder(session), { recursive: true, force: true });
  }
  return found.length;
}
