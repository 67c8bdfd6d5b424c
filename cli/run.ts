import { type BaseContext, Builtins, Cli, Command } from 'clipanion';
import { version } from '../config/package.ts';
import { EndCall } from './commands/end-call.ts';
import { MonitorSession } from './commands/monitor-session.ts';
import { OrchestratorHealth } from './commands/orchestrator-health.ts';
import { Provision } from './commands/provision.ts';
import { StartCall } from './commands/start-call.ts';
import { Up } from './commands/up.ts';
import { Worker } from './commands/worker.ts';
import { reportFailure, usageError } from './error.ts';
import { suggestion } from './nearest.ts';
import { quote } from './settings-option.ts';

const commands = [Up, StartCall, EndCall, MonitorSession, OrchestratorHealth, Worker, Provision];

/** Runs one command line; returns the exit code. Never rejects. */
export async function runCli(argv: string[], context: Partial<BaseContext> = {}): Promise<number> {
  const cli = Cli.from([...commands, Help, Builtins.HelpCommand, Builtins.VersionCommand], {
    binaryLabel: 'Orkestra: spoken conversations that must not be lost',
    binaryName: 'orkestra',
    binaryVersion: version,
  });
  const streams = { ...Cli.defaultContext, ...context };
  let command: Command;
  try {
    command = cli.process(argv, streams);
  } catch (error) {
    const [name] = argv;
    const known = commandNames.find((candidate) => candidate === name);
    return reportFailure(explainUsage(error as Error, argv, known), streams.stderr, known);
  }
  return cli.run(command, streams);
}

const commandNames = commands.flatMap(({ paths }) => paths.map((path) => path.join(' ')));

/** One sentence for what clipanion says in many lines. */
function explainUsage(error: Error, [name = '']: string[], known: string | undefined): Error {
  if (!known) {
    return usageError(
      `There is no command ${quote(name)}.${suggestion(name, commandNames)} The commands are ${commandNames.join(', ')}.`,
    );
  }
  return usageError(`${error.message.split('\n')[0]!.replace(/[:.]$/, '')}.`);
}

/** `orkestra` alone says what there is. */
class Help extends Command {
  static override paths = [Command.Default];

  async execute() {
    this.context.stdout.write(this.cli.usage());
  }
}
