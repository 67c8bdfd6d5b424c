import { Command, Option } from '../clipanion.ts';
import {
  type ApiScope,
  apiScopes,
  createApiKey,
  type ListedKey,
  listApiKeys,
  looksLikeKey,
  revokeApiKey,
} from '../../store/api-keys.ts';
import { OrkestraCommand } from '../command.ts';
import { withPostgres } from '../connect-postgres.ts';
import { CliError, usageError } from '../error.ts';
import { suggestion } from '../nearest.ts';
import { findPlaces } from '../places.ts';
import { quote } from '../settings-option.ts';

const DAY_MS = 86_400_000;
const MOST_DAYS = 3_650;

export class CreateApiKey extends OrkestraCommand {
  static override paths = [['api-key', 'create']];

  static override usage = Command.Usage({
    description: 'make a key for the HTTP API',
    details: `
      The key is printed once; only its hash is kept. NAME tells people what uses it. Scopes say what it may do:
      ${apiScopes.join(', ')}. Without --scope it may do everything but payloads:decode.
    `,
    examples: [
      [
        'A key that can look at calls, for a year',
        '$0 api-key create dashboard --scope calls:read --days 365',
      ],
    ],
  });

  name = Option.String({ name: 'NAME' });
  scope = Option.Array('--scope', [], { description: 'what the key may do; may be repeated' });
  days = Option.String('--days', { description: 'how long it is good; without it until it is revoked' });
  json = Option.Boolean('--json', false, { description: 'print one JSON object' });

  async run(): Promise<void> {
    if (!/^[\w .@-]{1,64}$/.test(this.name)) {
      throw usageError('NAME: 1–64 letters, digits, spaces, ., @, - or _.');
    }
    const scopes =
      this.scope.length > 0
        ? [...new Set(this.scope.map(parseScope))]
        : apiScopes.filter((scope) => scope !== 'payloads:decode');
    const days = this.days === undefined ? undefined : parseDays(this.days);
    const expiresAt = days === undefined ? undefined : new Date(Date.now() + days * DAY_MS);
    const { id, key } = await withPostgres(findPlaces().config.postgres, (database) =>
      createApiKey(database, { name: this.name, scopes, expiresAt }),
    );
    if (this.json) return this.printJson({ id, key, name: this.name, scopes, expiresAt });
    this.print(key);
    this.note(`Key ${id} may use ${scopes.join(', ')}. It is not shown again: keep it now.`);
  }
}

export class ListApiKeys extends OrkestraCommand {
  static override paths = [['api-key', 'list']];

  static override usage = Command.Usage({ description: 'list the keys of the HTTP API' });

  json = Option.Boolean('--json', false, { description: 'print one JSON object' });

  async run(): Promise<void> {
    const keys = await withPostgres(findPlaces().config.postgres, listApiKeys);
    if (this.json) return this.printJson({ keys });
    if (keys.length === 0) this.note('There are no keys yet: make one with `orkestra api-key create NAME`.');
    for (const key of keys) this.print(line(key));
  }
}

export class RevokeApiKey extends OrkestraCommand {
  static override paths = [['api-key', 'revoke']];

  static override usage = Command.Usage({
    description: 'end a key of the HTTP API',
    details: 'ID is what `api-key list` shows first. The key is refused at the latest 10 seconds later.',
  });

  id = Option.String({ name: 'ID' });

  async run(): Promise<void> {
    // Not repeated in the message: a key belongs on no screen.
    if (looksLikeKey(this.id)) throw usageError('ID: this is a key itself; `api-key list` shows its id.');
    const was = await withPostgres(findPlaces().config.postgres, (database) =>
      revokeApiKey(database, this.id),
    );
    if (was === 'unknown') {
      throw new CliError(
        `There is no key ${quote(this.id)}: \`orkestra api-key list\` shows the ids of all keys.`,
      );
    }
    this.print(was === 'revoked' ? `Key ${this.id} was revoked before.` : `Key ${this.id} is revoked.`);
  }
}

function parseScope(text: string): ApiScope {
  const scope = apiScopes.find((scope) => scope === text);
  if (scope) return scope;
  throw usageError(
    `--scope: there is no scope ${quote(text)}.${suggestion(text, apiScopes)} The scopes are ${apiScopes.join(', ')}.`,
  );
}

function parseDays(text: string): number {
  const days = Number(text);
  if (Number.isInteger(days) && days >= 1 && days <= MOST_DAYS) return days;
  throw usageError(`--days: a whole number from 1 to ${MOST_DAYS}, not ${quote(text)}.`);
}

function line({ id, name, scopes, createdAt, expiresAt, usedAt, revokedAt }: ListedKey): string {
  const day = (time: Date) => time.toISOString().slice(0, 10);
  const state = revokedAt
    ? `revoked ${day(revokedAt)}`
    : !expiresAt
      ? 'valid'
      : `${expiresAt > new Date() ? 'valid until' : 'expired'} ${day(expiresAt)}`;
  const used = usedAt ? `used ${day(usedAt)}` : 'never used';
  return [id, name, state, `made ${day(createdAt)}`, used, scopes.join(' ')].join('  ');
}
