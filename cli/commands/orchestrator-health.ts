import { Command, Option } from '../clipanion.ts';
import { OrkestraCommand } from '../command.ts';
import { checkEverything } from '../health-checks.ts';
import { overall, type Part } from '../health-part.ts';
import { findPlaces } from '../places.ts';

export class OrchestratorHealth extends OrkestraCommand {
  static override paths = [['orchestrator-health']];

  static override usage = Command.Usage({
    description: 'ask every part whether it works',
    details: `
      Asks Temporal, Redis and Postgres, each task queue for its pollers, and each worker for its engines and
      connections.

      healthy (exit code 0): everything works. degraded (1): calls are held, but a part they can do without is away,
      or some of a role's workers are not ready. failed (1): calls can't be held.
    `,
  });

  json = Option.Boolean('--json', false, { description: 'print one JSON object' });

  async run(): Promise<number> {
    const parts = await checkEverything(findPlaces());
    const status = overall(parts);
    if (this.json) this.printJson({ status, parts });
    else for (const line of report(status, parts)) this.print(line);
    return status === 'healthy' ? 0 : 1;
  }
}

function report(status: string, parts: Part[]): string[] {
  const width = Math.max(...parts.map(({ part }) => part.length));
  const rows = parts.map(
    ({ part, status, latencyMs, detail }) =>
      `${part.padEnd(width)}  ${status.padEnd('degraded'.length)}  ${String(latencyMs).padStart(5)} ms  ${detail}`,
  );
  const troubles = parts
    .filter(({ status }) => status !== 'ok')
    .map(({ part, status }) => `${part} ${status}`);
  return [...rows, troubles.length > 0 ? `${status}: ${troubles.join(', ')}` : status];
}
