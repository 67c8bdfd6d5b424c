/** What stands for an option's value in help texts; clipanion 3 knows no names for them and writes `#0`. */
const placeholders: Record<string, string> = {
  '--adapter': 'NAME',
  '--after': 'ID',
  '--age': 'SPAN',
  '--audio': 'FILE',
  '--customer': 'ID',
  '--days': 'NUMBER',
  '--domain': 'NAME',
  '--engine': 'NAME',
  '--event': 'TYPE',
  '--format': 'FORMAT',
  '--from': 'TIME',
  '--history': 'FILE',
  '--keep': 'NUMBER',
  '--language': 'CODE',
  '--last': 'SPAN',
  '--like': 'QUESTION',
  '--limit': 'NUMBER',
  '--older-than': 'DAYS',
  '--output': 'PATH',
  '--phone': 'E164',
  '--reason': 'TEXT',
  '--reference': 'FILE',
  '--session': 'SESSION',
  '--scope': 'SCOPE',
  '--set': 'KEY=VALUE',
  '--similarity': 'NUMBER',
  '--tenant': 'NAME',
  '--text': 'LINE',
  '--to': 'TIME',
  '--unused': 'SPAN',
};

const OPTION_LINE = /^ {2}(-\S+(?: [A-Z0-9=]+)?) {2,}(\S.*)$/gm;

/** A help text with names for values, and its list of options aligned again. */
export function namePlaceholders(usage: string): string {
  const named = usage.replace(
    /(--[a-z-]+) #0/g,
    (_, option: string) => `${option} ${placeholders[option] ?? 'VALUE'}`,
  );
  const width = Math.max(...[...named.matchAll(OPTION_LINE)].map(([, option]) => option!.length));
  return named.replace(
    OPTION_LINE,
    (_, option: string, text: string) => `  ${option.padEnd(width)}  ${text}`,
  );
}
