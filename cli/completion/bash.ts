import type { CompletedCommand } from './grammar.ts';

/** A completion script for bash. */
export function bashCompletion(commands: readonly CompletedCommand[]): string {
  const first = new Set(commands.map(({ path }) => path[0]!));
  const second = commands.filter(({ path }) => path.length > 1);
  const groups = [...new Set(second.map(({ path }) => path[0]!))].map((group) => {
    const words = second.filter(({ path }) => path[0] === group).map(({ path }) => path[1]!);
    return `  ${group})
    if ((COMP_CWORD == 2)); then offer '${words.join(' ')}'; return; fi
    command="$command \${COMP_WORDS[2]}"
    first=3
    ;;`;
  });
  const values = commands.flatMap(({ path, options }) =>
    options
      .filter(({ takesValue }) => takesValue)
      .map(({ name, values: known }) => {
        const action = known.length > 0 ? `offer '${known.join(' ')}'` : 'files';
        return `  '${path.join(' ')} ${name}') ${action}; return ;;`;
      }),
  );
  const words = commands.map(({ path, options, words: known }) => {
    const names = [...options.map(({ name }) => name), '--help'].join(' ');
    return `  '${path.join(' ')}') options='${names}'; words='${known.join(' ')}' ;;`;
  });
  return `# Completion of orkestra for bash: source <(orkestra completion bash)
_orkestra() {
  local current="\${COMP_WORDS[COMP_CWORD]}" previous="\${COMP_WORDS[COMP_CWORD - 1]}"
  local command="\${COMP_WORDS[1]}" first=2 options='' words=''
  offer() { mapfile -t COMPREPLY < <(compgen -W "$1" -- "$current"); }
  files() { mapfile -t COMPREPLY < <(compgen -f -- "$current"); compopt -o filenames 2>/dev/null; }
  if ((COMP_CWORD == 1)); then offer '${[...first, '--help', '--version'].join(' ')}'; return; fi
  case "$command" in
${groups.join('\n')}
  esac
  case "$command $previous" in
${values.join('\n')}
  esac
  case "$command" in
${words.join('\n')}
  esac
  if [[ $current == -* ]]; then offer "$options"
  elif [[ -n $words ]] && ((COMP_CWORD == first)); then offer "$words"
  else files; fi
}
complete -F _orkestra orkestra
`;
}
