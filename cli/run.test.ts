import { describe, expect, test } from 'vitest';
import { version } from '../config/package.ts';
import { commandNames } from './run.ts';
import { orkestra } from './testing/captured-run.ts';

describe('the command line', () => {
  test('says its version, on stdout', async () => {
    expect(await orkestra(['--version'])).toEqual({ code: 0, stdout: `${version}\n`, stderr: '' });
  });

  test.each([[[]], [['--help']]])('%j lists every command', async (args) => {
    const { code, stdout, stderr } = await orkestra(args);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    for (const name of commandNames) expect(stdout).toContain(`orkestra ${name}`);
  });

  test('help names what an option takes', async () => {
    const { stdout } = await orkestra(['start-call', '--help']);
    expect(stdout).toContain('\n  --phone E164     the caller’s number');
    expect(stdout).toContain('\n  --json           print one JSON object\n');
    expect(stdout).not.toContain('#0');
  });

  test.each(commandNames)('%s --help says what it does', async (name) => {
    const { code, stdout } = await orkestra([...name.split(' '), '--help']);
    expect(code).toBe(0);
    expect(stdout).toContain(`orkestra ${name}`);
  });

  test.each([
    [
      ['strat-call', 'a'],
      `There is no command "strat-call". Did you mean start-call? The commands are ${commandNames.join(', ')}.`,
      '',
    ],
    [
      ['api-key', 'crate', 'x'],
      `There is no command "api-key crate". Did you mean api-key create? The commands are ${commandNames.join(', ')}.`,
      '',
    ],
    [['--loud'], `There is no command "--loud". The commands are ${commandNames.join(', ')}.`, ''],
    [
      ['start-call'],
      'Not enough positional arguments: write `orkestra start-call <SESSION>`.',
      'start-call ',
    ],
    [
      ['start-call', 'abc', 'def'],
      'Extraneous positional argument ("def"): write `orkestra start-call <SESSION>`.',
      'start-call ',
    ],
    [['start-call', 'abc', '--loud'], 'Unsupported option name ("--loud").', 'start-call '],
    [['start-call', 'abc', '--audio'], 'Not enough arguments to option --audio.', 'start-call '],
    [['end-call'], 'Not enough positional arguments: write `orkestra end-call <SESSION>`.', 'end-call '],
    [
      ['end-call', 'a b'],
      '"a b" can\'t be a session id: a session id is 3–64 letters, digits, - or _.',
      'end-call ',
    ],
    [['worker'], 'Not enough positional arguments: write `orkestra worker <NAME>`.', 'worker '],
    [
      ['worker', 'sst'],
      'There is no worker "sst". Did you mean stt? The workers are orchestrator, gateway, stt, llm, tts, cache, analytics.',
      'worker ',
    ],
    [
      ['worker', 'toString'],
      'There is no worker "toString". The workers are orchestrator, gateway, stt, llm, tts, cache, analytics.',
      'worker ',
    ],
    [
      ['api-key', 'create', 'x', '--scope', 'calls:raed'],
      '--scope: there is no scope "calls:raed". Did you mean calls:read? The scopes are calls:start, calls:read, calls:steer, transcripts:read, cache:read, cache:write, adapters:read, adapters:write, payloads:decode.',
      'api-key create ',
    ],
    [
      ['api-key', 'create', 'x', '--days', '0'],
      '--days: a whole number from 1 to 3650, not "0".',
      'api-key create ',
    ],
    [['up', '--once'], '--once ends after the demonstration call: give --demo as well.', 'up '],
  ])('%j is wrong usage, told in a sentence with a hint', async (args, sentence, command) => {
    expect(await orkestra(args)).toEqual({
      code: 2,
      stdout: '',
      stderr: `orkestra: ${sentence}\nSee \`orkestra ${command}--help\`.\n`,
    });
  });
});
