import type { CompletedCommand, CompletedOption } from './grammar.ts';

/** A completion script for zsh. */
export function zshCompletion(commands: readonly CompletedCommand[]): string {
  const single = commands.filter(({ path }) => path.length === 1);
  const groups = [...new Set(commands.filter(({ path }) => path.length > 1).map(({ path }) => path[0]!))];
  const first = [
    ...single.map(({ path, description }) => described(path[0]!, description)),
    ...groups.map((group) => described(group, describeGroup(commands, group))),
  ];
  const cases = [
    ...single.map((command) => `    ${command.path[0]}) ${argumentsOf(command)} ;;`),
    ...groups.map((group) => groupCase(commands, group)),
  ];
  return `#compdef orkestra
# Completion of orkestra for zsh: source <(orkestra completion zsh)
_orkestra() {
  local -a commands
  if ((CURRENT == 2)); then
    commands=(${first.join(' ')})
    _describe command commands
    return
  fi
  case "$words[2]" in
${cases.join('\n')}
  esac
}
compdef _orkestra orkestra
`;
}

function groupCase(commands: readonly CompletedCommand[], group: string): string {
  const members = commands.filter(({ path }) => path.length > 1 && path[0] === group);
  const named = members.map(({ path, description }) => described(path[1]!, description));
  const cases = members.map(
    (command) => `        ${command.path[1]}) shift words; ((CURRENT--)); ${argumentsOf(command)} ;;`,
  );
  return `    ${group})
      if ((CURRENT == 3)); then commands=(${named.join(' ')}); _describe command commands; return; fi
      case "$words[3]" in
${cases.join('\n')}
      esac
      ;;`;
}

const describeGroup = (commands: readonly CompletedCommand[], group: string) =>
  commands
    .filter(({ path }) => path[0] === group)
    .map(({ path }) => path[1])
    .join(', ');

/** The first two words are the program and its command. */
function argumentsOf({ options, words }: CompletedCommand): string {
  const positional = words.length > 0 ? `'2:argument:(${words.join(' ')})'` : `'*:argument:_files'`;
  return ['_arguments', ...options.map(option), `'--help[how it is used]'`, `'1: :'`, positional].join(' ');
}

function option({ name, description, takesValue, values }: CompletedOption): string {
  const value = values.length > 0 ? `(${values.join(' ')})` : '_files';
  const text = quoted(description).replace(/([[\]])/g, '\\$1');
  return `'*${name}[${text}]${takesValue ? `:value:${value}` : ''}'`;
}

const described = (name: string, description: string) => `'${name}:${quoted(description)}'`;

/** Inside single quotes; a colon would begin a description. */
const quoted = (text: string) => text.replaceAll("'", "'\\''").replaceAll(':', '\\:');
