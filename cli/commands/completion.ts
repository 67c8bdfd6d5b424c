import { Command, Option } from '../clipanion.ts';
import { OrkestraCommand } from '../command.ts';
import { bashCompletion } from '../completion/bash.ts';
import { fishCompletion } from '../completion/fish.ts';
import { completedCommands, type Shell, shells } from '../completion/grammar.ts';
import { zshCompletion } from '../completion/zsh.ts';
import { usageError } from '../error.ts';
import { suggestion } from '../nearest.ts';
import { quote } from '../settings-option.ts';

const scripts: Record<Shell, typeof bashCompletion> = {
  bash: bashCompletion,
  zsh: zshCompletion,
  fish: fishCompletion,
};

export class Completion extends OrkestraCommand {
  static override paths = [['completion']];

  static override usage = Command.Usage({
    description: 'print a script that completes commands in a shell',
    details: `
      SHELL is bash, zsh or fish. The script completes commands, options and the values that are known.
    `,
    examples: [
      ['bash, in ~/.bashrc', 'source <($0 completion bash)'],
      ['zsh, in ~/.zshrc after compinit', 'source <($0 completion zsh)'],
      ['fish, in ~/.config/fish/config.fish', '$0 completion fish | source'],
    ],
  });

  shell = Option.String({ name: 'SHELL' });

  async run(): Promise<void> {
    const shell = shells.find((name) => name === this.shell);
    if (!shell) {
      throw usageError(
        `There is no completion for ${quote(this.shell)}.${suggestion(this.shell, shells)} The shells are ${shells.join(', ')}.`,
      );
    }
    this.context.stdout.write(scripts[shell](completedCommands(this.cli.definitions())));
  }
}
