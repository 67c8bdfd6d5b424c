import { spawnSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { commandNames } from '../run.ts';
import { orkestra } from '../testing/captured-run.ts';

const script = async (shell: string) => (await orkestra(['completion', shell])).stdout;

/** What bash offers for a command line that ends in a word that is being typed. */
async function offered(...words: string[]): Promise<string[]> {
  const program = `${await script('bash')}
COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _orkestra; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { stdout, stderr, status } = spawnSync('bash', ['-c', program, 'bash', 'orkestra', ...words], {
    encoding: 'utf8',
    cwd: import.meta.dirname,
  });
  expect({ stderr, status }).toEqual({ stderr: '', status: 0 });
  return stdout.split('\n').filter(Boolean);
}

describe('completion in bash', () => {
  test.each([
    [['mon'], ['monitor-session']],
    [['orchestrator-'], ['orchestrator-health', 'orchestrator-log']],
    [
      ['api-key', ''],
      ['create', 'list', 'revoke'],
    ],
    [['worker', 'or'], ['orchestrator']],
    [['analytics-report', 'su'], ['summary']],
    [
      ['monitor-session', '--fo'],
      ['--follow', '--format'],
    ],
    [
      ['monitor-session', 'demo', '--format', ''],
      ['table', 'json', 'stream'],
    ],
    [['orchestrator-log', '--last', '2'], ['24h']],
    [['api-key', 'create', '--he'], ['--help']],
    [['start-call', 'demo', '--audio', 'completion.te'], ['completion.test.ts']],
  ])('%j offers %j', async (words, expected) => {
    expect(await offered(...words)).toEqual(expected);
  });

  test('knows every command', async () => {
    const all = await offered('');
    for (const name of commandNames) expect(all).toContain(name.split(' ')[0]);
  });
});

test.each(['zsh', 'fish'])('completion for %s has every command and option', async (shell) => {
  const text = await script(shell);
  for (const name of commandNames) expect(text).toContain(name.split(' ').at(-1));
  for (const option of ['follow', 'cache-hits', 'history']) expect(text).toContain(option);
  const program = spawnSync(shell, ['-n'], { input: text, encoding: 'utf8' });
  // Where the shell is there, it has to be able to read it.
  if (!program.error) expect(program).toMatchObject({ status: 0, stderr: '' });
});

test('completion for fish is one statement a line', async () => {
  const lines = (await script('fish')).trimEnd().split('\n').slice(1);
  expect(
    lines.filter(
      (line) => !/^complete -c orkestra( -n ('[^']*'|\S+)| -[alrFxfd]| '(\\.|[^'\\])*'| [\w-]+)*$/.test(line),
    ),
  ).toEqual([]);
});

test('completion for zsh names each command once, with what it does', async () => {
  const text = await script('zsh');
  expect(text).toContain(`'monitor-session:watch a call, or all that run' `);
  expect(text.split('\n').filter((line) => (line.match(/(?<!\\)'/g) ?? []).length % 2 === 1)).toEqual([]);
});

test('completion knows three shells', async () => {
  const { code, stderr } = await orkestra(['completion', 'bsh']);
  expect(code).toBe(2);
  expect(stderr).toMatch(
    /There is no completion for "bsh"\. Did you mean bash\? The shells are bash, zsh, fish\./,
  );
});
