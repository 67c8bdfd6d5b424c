import { type BaseContext, Builtins, Cli, type Command } from './clipanion.ts';
import {
  ActivateAdapter,
  ListAdapters,
  LoadAdapter,
  RollbackAdapter,
  ShowAdapter,
  UnloadAdapter,
} from './commands/adapter-control.ts';
import { CreateAdapter } from './commands/adapter-create.ts';
import { CreateApiKey, ListApiKeys, RevokeApiKey } from './commands/api-key.ts';
import { AnalyticsReport } from './commands/analytics-report.ts';
import { CacheClear, CacheEvict, CacheList, CacheOptimize, CacheStats } from './commands/cache-manager.ts';
import { CacheExport, CacheImport, CacheWarm } from './commands/cache-files.ts';
import { Completion } from './commands/completion.ts';
import { EndCall } from './commands/end-call.ts';
import { Erase } from './commands/erase.ts';
import { MonitorSession } from './commands/monitor-session.ts';
import { OrchestratorHealth } from './commands/orchestrator-health.ts';
import { OrchestratorLog } from './commands/orchestrator-log.ts';
import { Provision } from './commands/provision.ts';
import { ReplaySession } from './commands/replay-session.ts';
import { Retention } from './commands/retention.ts';
import { StartCall } from './commands/start-call.ts';
import { SttTest } from './commands/stt-test.ts';
import { Talk } from './commands/talk.ts';
import { TtsTest } from './commands/tts-test.ts';
import { Up } from './commands/up.ts';
import { Worker } from './commands/worker.ts';
import { version } from '../config/package.ts';
import { type CliError, reportFailure, usageError } from './error.ts';
import { suggestion } from './nearest.ts';
import { quote } from './settings-option.ts';
import { namePlaceholders } from './usage-text.ts';

const commands = [
  Up,
  StartCall,
  Talk,
  EndCall,
  MonitorSession,
  ReplaySession,
  AnalyticsReport,
  Retention,
  Erase,
  OrchestratorHealth,
  OrchestratorLog,
  Worker,
  Provision,
  SttTest,
  TtsTest,
  ListAdapters,
  CreateAdapter,
  LoadAdapter,
  UnloadAdapter,
  ActivateAdapter,
  RollbackAdapter,
  ShowAdapter,
  CacheStats,
  CacheList,
  CacheClear,
  CacheExport,
  CacheImport,
  CacheOptimize,
  CacheEvict,
  CacheWarm,
  CreateApiKey,
  ListApiKeys,
  RevokeApiKey,
  Completion,
];
/** What `orkestra` can be asked for, in the order in which help lists it. */
export const commandNames = commands.flatMap(({ paths }) => paths.map((path) => path.join(' ')));

class OrkestraCli extends Cli {
  override usage(...args: Parameters<Cli['usage']>): string {
    return namePlaceholders(super.usage(...args));
  }
}

/** Runs one command line; returns the exit code. Never rejects. */
export async function runCli(argv: string[], context: Partial<BaseContext> = {}): Promise<number> {
  const cli = new OrkestraCli({
    binaryLabel: 'Orkestra: spoken conversations that must not be lost',
    binaryName: 'orkestra',
    binaryVersion: version,
    enableColors: false,
  });
  for (const command of [...commands, Builtins.HelpCommand, Builtins.VersionCommand]) cli.register(command);
  const streams = { ...Cli.defaultContext, ...context };
  let command: Command;
  try {
    // `orkestra` alone asks what there is.
    command = cli.process(argv.length > 0 ? argv : ['--help'], streams);
  } catch (error) {
    const name = commandNames.find((name) => name === argv.slice(0, name.split(' ').length).join(' '));
    return reportFailure(explainUsage(error as UnknownSyntax, argv, name), streams.stderr, name);
  }
  return cli.run(command, streams);
}

/** What clipanion throws for a command line that it can't read. */
type UnknownSyntax = Error & { candidates?: { usage: string }[] };

/** One sentence for what clipanion says in many lines. */
function explainUsage({ message, candidates }: UnknownSyntax, argv: string[], name?: string): CliError {
  if (!name) {
    const given = nameGiven(argv);
    return usageError(
      `There is no command ${quote(given)}.${suggestion(given, commandNames)} The commands are ${commandNames.join(', ')}.`,
    );
  }
  const reason = message.split('\n')[0]!.replace(/[:.]$/, '');
  const shape = candidates?.[0]?.usage.replace(/ \[[^\]]*\]/g, '');
  return usageError(/positional/.test(reason) && shape ? `${reason}: write \`${shape}\`.` : `${reason}.`);
}

/** What was meant for a command's name: two words where some command begins with the first. */
function nameGiven([first = '', second]: string[]): string {
  const isGroup = commandNames.some((name) => name.startsWith(`${first} `));
  return isGroup && second !== undefined ? `${first} ${second}` : first;
}
