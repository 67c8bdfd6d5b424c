/** A command of a document, and what stands under it as its output. */
export interface DocumentedCommand {
  command: string;
  output: string;
}

/** Every `sh` block of a Markdown text that is followed by a `text` block. */
export const documentedCommands = (markdown: string): DocumentedCommand[] =>
  [...markdown.matchAll(/```sh\n([^`]*)\n```\n\n```text\n([^`]*)\n```/g)].map(([, command, output]) => ({
    command: command!,
    output: output!,
  }));

/** Takes documented output for what it stands for: `…` is whatever differs, and columns may be wider. */
export const matches = (output: string): RegExp =>
  new RegExp(`^${output.trim().split('…').map(escaped).join('[\\s\\S]*')}$`);

const escaped = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&').replace(/ +/g, ' +');

/** The words of a command line as a shell sees them; single and double quotes keep words together. */
export const words = (command: string): string[] =>
  [...command.matchAll(/'([^']*)'|"([^"]*)"|(\S+)/g)].map(
    ([, single, double, bare]) => single ?? double ?? bare!,
  );
