/**
 * `npm run record-histories -- SHAPE`: adds a set of histories to test/histories, of the calls that the tests below
 * make. SHAPE is the release whose workflow they are of, the package's version unless given.
 */
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../', import.meta.url));
const folder = fileURLToPath(new URL('histories', import.meta.url));

/** What a call can go through: turns, messages, silence, keys, telephone lines, tools. */
const files = [
  'workflows/call.test.ts',
  'workflows/call-adapters.test.ts',
  'test/keypad.test.ts',
  'test/telephony/dial.test.ts',
  'test/turn-facts.test.ts',
];

const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
const shape = process.argv[2] ?? version;
if (!/^[a-z0-9][a-z0-9.-]*$/.test(shape)) {
  fail(`A shape is named like a release, as in 1.2.0, not ${JSON.stringify(shape)}.`);
}
if (readdirSync(folder).some((file) => file.startsWith(`${shape}-`))) {
  fail(`test/histories holds the histories of ${shape}, which must stay as they are: name a newer shape.`);
}
const bootstrap = fileURLToPath(new URL('../deploy/local/bootstrap.mjs', import.meta.url));
const { status } = spawnSync(process.execPath, [bootstrap, 'test', ...files], {
  cwd: root,
  env: { ...process.env, ORKESTRA_RECORD_HISTORIES: `${folder}/${shape}` },
  stdio: 'inherit',
});
const recorded = readdirSync(folder).filter((file) => file.startsWith(`${shape}-`)).length;
process.stdout.write(`${recorded} histories of ${shape} recorded in test/histories.\n`);
process.exit(status ?? 1);

function fail(sentence) {
  process.stderr.write(`${sentence}\n`);
  process.exit(2);
}
