import { Connection } from '@temporalio/client';
import { loadConfig } from '../../config/load.ts';
import { taskQueueOf, temporalConnection } from '../../config/temporal.ts';
import type { Keeper } from './keeper.ts';
import { freePort } from './ports.ts';
import { notOurs, onFreePorts, startServer, type Server } from './server.ts';
import { SetupError, type Report } from './setup-error.ts';
import { findTemporal } from './temporal-program.ts';

const CONNECT_TIMEOUT_MS = 5_000;
const PROBE_TIMEOUT_MS = 1_000;
const DEFAULT_ADDRESS = '127.0.0.1:7233';

export interface Temporal extends Server {
  address: string;
  /** Base URL of the Web UI, where it is known. */
  ui?: string;
}

/**
 * The server that TEMPORAL_ADDRESS or `temporal.toml` names, else one that runs at Temporal's default port, else one
 * of our own. `fresh`: one of our own unless TEMPORAL_ADDRESS is set. Throws SetupError.
 */
export async function startTemporal(keeper: Keeper, fresh: boolean, report: Report): Promise<Temporal> {
  const { connectionOptions, namespace } = temporalConnection();
  const named =
    Boolean(process.env.TEMPORAL_ADDRESS) || (!fresh && connectionOptions.address !== DEFAULT_ADDRESS);
  if (named) {
    await answers(connectionOptions, namespace, CONNECT_TIMEOUT_MS).catch((error: Error) => {
      throw new SetupError(
        `Temporal does not answer at ${connectionOptions.address} (namespace ${namespace}): ${error.message}. ` +
          'Start it, correct TEMPORAL_ADDRESS, or unset it to use a server of our own.',
      );
    });
    return { ...notOurs, address: connectionOptions.address };
  }
  if (!fresh && (await isFree(DEFAULT_ADDRESS, namespace))) {
    report(`temporal: using the server that runs at ${DEFAULT_ADDRESS}`);
    return { ...notOurs, address: DEFAULT_ADDRESS, ui: await findUi() };
  }
  const command = await findTemporal(report);
  return onFreePorts(async () => {
    const port = await freePort(fresh ? 0 : 7233);
    const uiPort = fresh ? undefined : await freePort(8233);
    const address = `127.0.0.1:${port}`;
    const server = await startServer(
      keeper,
      { name: 'temporal', command, args: devServerArgs(port, uiPort), givesWay: true },
      () =>
        answers({ address }, 'default', PROBE_TIMEOUT_MS).then(
          () => true,
          () => false,
        ),
      report,
    );
    return { ...server, address, ui: uiPort === undefined ? undefined : `http://127.0.0.1:${uiPort}` };
  });
}

/** Of a dev server on this machine alone, with what the platform needs of it. */
export const devServerArgs = (port: number, uiPort: number | undefined) => [
  'server',
  'start-dev',
  '--ip=127.0.0.1',
  `--port=${port}`,
  ...(uiPort ? [`--ui-port=${uiPort}`] : ['--headless']),
  '--log-level=error',
  // The queue of transfers is read 20 times a second otherwise, which puts every activity on a grid of 50 ms.
  '--dynamic-config-value=history.transferProcessorMaxPollRPS=2000',
  // One process serves every queue: more partitions only forward tasks and polls to each other.
  '--dynamic-config-value=matching.numTaskqueueReadPartitions=1',
  '--dynamic-config-value=matching.numTaskqueueWritePartitions=1',
  // The dev server reads its search attributes from the database at each use, for those who add some as they go.
  '--dynamic-config-value=system.forceSearchAttributesCacheRefreshOnRead=false',
  '--search-attribute=OrkestraDomain=Keyword',
  '--search-attribute=OrkestraPhase=Keyword',
  '--search-attribute=OrkestraAdapter=Keyword',
  '--search-attribute=OrkestraTurns=Int',
];

/** The Web UI that a dev server of others has at its default port. */
async function findUi(): Promise<string | undefined> {
  const url = 'http://127.0.0.1:8233';
  const response = await fetch(url, { signal: AbortSignal.timeout(PROBE_TIMEOUT_MS) }).catch(() => undefined);
  await response?.body?.cancel();
  return response?.ok ? url : undefined;
}

/** Rejects unless a Temporal server that has the namespace answers. */
async function answers(
  options: { address: string },
  namespace: string,
  timeoutMs: number,
  then: (connection: Connection) => Promise<void> = () => Promise.resolve(),
): Promise<void> {
  const connection = await Connection.connect({ ...options, connectTimeout: timeoutMs });
  try {
    await connection.withDeadline(Date.now() + timeoutMs, async () => {
      await connection.workflowService.describeNamespace({ namespace });
      await then(connection);
    });
  } finally {
    await connection.close();
  }
}

/**
 * Whether a server runs there that no other Orkestra uses: two stacks with one server between them would take each
 * other's calls.
 */
async function isFree(address: string, namespace: string): Promise<boolean> {
  const queue = taskQueueOf(loadConfig().temporal.taskQueuePrefix, 'call');
  try {
    await answers({ address }, namespace, PROBE_TIMEOUT_MS, async ({ workflowService }) => {
      const { pollers } = await workflowService.describeTaskQueue({
        namespace,
        taskQueue: { name: queue },
        taskQueueType: 1,
      });
      if (pollers?.length) throw new Error('in use');
    });
    return true;
  } catch {
    return false;
  }
}
