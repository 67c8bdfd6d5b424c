import { Command } from './clipanion.ts';
import { reportFailure } from './error.ts';

/** What every command shares: data and words for people go to stdout, notes to stderr, failures to one place. */
export abstract class OrkestraCommand extends Command {
  /** Does the work; returns the exit code, 0 where nothing is returned. Throws CliError. */
  abstract run(): Promise<number | void>;

  override async execute(): Promise<number> {
    try {
      return (await this.run()) ?? 0;
    } catch (error) {
      return reportFailure(error, this.context.stderr, this.path.join(' '));
    }
  }

  protected print(line: string) {
    this.context.stdout.write(`${line}\n`);
  }

  protected note(line: string) {
    this.context.stderr.write(`${line}\n`);
  }

  protected printJson(value: unknown) {
    this.print(JSON.stringify(value, null, 2));
  }
}
