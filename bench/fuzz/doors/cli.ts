import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import fc from 'fast-check';
import { commandNames, runCli } from '../../../cli/run.ts';
import { bytes, text } from '../arbitraries.ts';
import { assertSentence, door, Fault } from '../door.ts';
import type { DoorMaker } from './maker.ts';

const title = 'CLI: arguments and files';
/** These go on for as long as they are let, or fetch things: of them only command lines that are wrong are tried. */
const LASTING = ['up', 'talk', 'worker', 'provision', 'stt-test', 'tts-test'];
const FILE = 'FILE';
const word = fc.oneof(
  text.map((words) => words.replaceAll('\0', '').slice(0, 400)),
  fc.constantFrom(
    '--json',
    '--last',
    '24h',
    '--set',
    'speed=9',
    '--domain',
    'banking',
    '--audio',
    FILE,
    '--format',
    'html',
    '--percent',
    '--dry-run',
    '--yes',
    '--help',
    'fuzz-1',
    '--phone',
    '+14155550123',
    '--prompt-file',
    '--from',
    '2026-01-01',
  ),
);

class Collector extends Writable {
  text = '';

  override _write(chunk: Buffer, _encoding: string, done: () => void) {
    this.text += chunk.toString();
    done();
  }
}

/** Every command, with words and files of every kind, against the running system. */
export const cliDoor: DoorMaker = {
  title,
  async open() {
    const folder = mkdtempSync(join(tmpdir(), 'orkestra-fuzz-'));
    const file = join(folder, 'given');
    const before = process.cwd();
    process.chdir(folder);
    return door({
      name: title,
      share: 4,
      cases: fc.record({
        command: fc.oneof(
          { weight: 8, arbitrary: fc.constantFrom(...commandNames) },
          { weight: 1, arbitrary: word },
        ),
        words: fc.array(word, { maxLength: 4 }),
        content: bytes(200),
      }),
      async attempt({ command, words, content }) {
        writeFileSync(file, content);
        const lasting = LASTING.includes(command);
        const argv = [...command.split(' '), ...words.map((one) => (one === FILE ? file : one))];
        // A call that is typed or played lasts; a command that lasts is not begun.
        if (lasting) argv.push('--no-such-option');
        if (argv.includes('--follow') || argv.includes('--text')) return 'refused';
        const stdout = new Collector();
        const stderr = new Collector();
        const stdin = new (await import('node:stream')).Readable({
          read() {
            this.push(null);
          },
        });
        const code = await runCli(argv, { stdin, stdout, stderr, colorDepth: 1 });
        const said = stderr.text;
        if (said.includes('unexpected error')) throw new Fault(said.slice(0, 1_500));
        if (code === 0) return 'accepted';
        if (code !== 1 && code !== 2) throw new Fault(`exit code ${code}`);
        // A report of something that is not well is data, on stdout.
        if (said === '' && stdout.text !== '') return 'refused';
        const line = /orkestra: (.*)/.exec(said)?.[1];
        assertSentence(line ?? said, [...argv, file]);
        return 'refused';
      },
      async close() {
        process.chdir(before);
        rmSync(folder, { recursive: true, force: true });
      },
    });
  },
};
