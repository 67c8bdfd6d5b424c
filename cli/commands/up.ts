import { Command, Option } from '../clipanion.ts';
import { OrkestraCommand } from '../command.ts';
import { placeDemoCall } from '../demo-call.ts';
import { reportFailure, usageError } from '../error.ts';
import { given, INTERRUPTED, interruptible } from '../interrupt.ts';
import { type LocalSystem, startLocalSystem } from '../local-system.ts';

export class Up extends OrkestraCommand {
  static override paths = [['up']];

  static override usage = Command.Usage({
    description: 'run everything on this machine',
    details: `
      Fetches the models, starts Temporal, Redis and Postgres where the environment names none, and one process for
      each worker; stays until Ctrl-C, then stops all of it. Exit code 0: it was up and was stopped; 1: it could not be
      brought up, or the demonstration call was not answered in full (with --once); 130: stopped before it was ready.
    `,
    examples: [
      ['Everything, and a demonstration call', '$0 up --demo'],
      ['The same, ending after that call', '$0 up --demo --once'],
    ],
  });

  demo = Option.Boolean('--demo', false, {
    description: 'place a demonstration call when everything is ready',
  });
  once = Option.Boolean('--once', false, { description: 'end after the demonstration call' });

  async run(): Promise<number> {
    if (this.once && !this.demo) {
      throw usageError('--once ends after the demonstration call: give --demo as well.');
    }
    return interruptible(async (signal) => {
      const system = await this.bringUp(signal);
      try {
        return await this.serve(system, signal);
      } finally {
        this.print('Stopping.');
        await system.stop();
        this.print('Everything has stopped.');
      }
    });
  }

  private async bringUp(signal: AbortSignal): Promise<LocalSystem> {
    // A download or an installation can't be stopped half-way: the process ends, and what it began ends with it.
    const leave = () => process.exit(INTERRUPTED);
    signal.addEventListener('abort', leave);
    try {
      return await startLocalSystem((line) => this.print(line));
    } finally {
      signal.removeEventListener('abort', leave);
    }
  }

  private async serve(system: LocalSystem, signal: AbortSignal): Promise<number> {
    const { info, failed } = system;
    this.print(`ready: callers connect to ${info.gatewayUrl}/pcm, or ${info.gatewayUrl}/twilio from Twilio`);
    // Browsers give the microphone to no page at 0.0.0.0.
    const page = info.gatewayUrl.replace(/^ws/, 'http').replace('//0.0.0.0:', '//localhost:');
    this.print(`Call it from your browser: ${page}/`);
    this.print(`HTTP API: ${info.apiUrl}, with a key that \`npx orkestra api-key create NAME\` makes`);
    if (info.temporalUi) this.print(`Temporal’s Web UI: ${info.temporalUi}`);
    const complete = this.demo && (await Promise.race([this.demonstrate(system, signal), failed]));
    if (this.once) return complete ? 0 : signal.aborted ? INTERRUPTED : 1;
    if (!signal.aborted) this.print('Ready for more calls; Ctrl-C stops everything.');
    await Promise.race([given(signal), failed]);
    return 0;
  }

  /** Whether the call was answered in full. One that was not is no reason to stop serving others. */
  private async demonstrate({ info }: LocalSystem, signal: AbortSignal): Promise<boolean> {
    try {
      return await placeDemoCall(info, (line) => this.print(line), signal);
    } catch (error) {
      if (!signal.aborted) reportFailure(error, this.context.stderr);
      return false;
    }
  }
}
