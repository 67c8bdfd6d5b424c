import type { CompletedCommand } from './grammar.ts';

/** A completion script for fish. */
export function fishCompletion(commands: readonly CompletedCommand[]): string {
  const lines = [
    '# Completion of orkestra for fish: orkestra completion fish | source',
    'complete -c orkestra -f',
  ];
  const first = new Map<string, string>();
  for (const { path, description } of commands) {
    const [name, member] = path as [string, string?];
    const known = first.get(name);
    first.set(name, member ? [known, member].filter(Boolean).join(', ') : description);
  }
  for (const [name, description] of first) {
    lines.push(`complete -c orkestra -n __fish_use_subcommand -a ${name} -d ${quoted(description)}`);
  }
  for (const { path, description, options, words } of commands) {
    const [name, member] = path as [string, string?];
    const inFirst = `__fish_seen_subcommand_from ${name}`;
    if (member) {
      const members = commands.filter((each) => each.path[0] === name).map((each) => each.path[1]);
      const open = `${inFirst}; and not __fish_seen_subcommand_from ${members.join(' ')}`;
      lines.push(`complete -c orkestra -n ${quoted(open)} -a ${member} -d ${quoted(description)}`);
    }
    const here = quoted(member ? `${inFirst}; and __fish_seen_subcommand_from ${member}` : inFirst);
    if (words.length > 0) lines.push(`complete -c orkestra -n ${here} -a ${quoted(words.join(' '))}`);
    for (const option of [...options, help]) {
      const value = !option.takesValue
        ? ''
        : option.values.length > 0
          ? ` -x -a ${quoted(option.values.join(' '))}`
          : ' -r -F';
      const long = option.name.replace(/^--/, '');
      lines.push(`complete -c orkestra -n ${here} -l ${long}${value} -d ${quoted(option.description)}`);
    }
  }
  return `${lines.join('\n')}\n`;
}

const help = { name: '--help', description: 'how it is used', takesValue: false, values: [] };

const quoted = (text: string) => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
