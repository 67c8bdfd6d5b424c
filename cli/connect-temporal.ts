import { Client, Connection, isGrpcServiceError } from '@temporalio/client';
import { clientConverter } from '../config/temporal.ts';
import { CliError } from './error.ts';
import type { Places } from './places.ts';

export interface TemporalAccess {
  client: Client;
  connection: Connection;
  namespace: string;
  close(): Promise<void>;
}

/** A local server answers within this, ms, and one across the world, too. */
export const CONNECT_TIMEOUT_MS = 3_000;

/** gRPC status codes. */
const NOT_FOUND = 5;
const PERMISSION_DENIED = 7;
const UNAUTHENTICATED = 16;

/** Connects, and sees that the namespace is there. Throws CliError with the address and what to do. */
export async function connectTemporal({
  config,
  temporal,
}: Pick<Places, 'config' | 'temporal'>): Promise<TemporalAccess> {
  const { connectionOptions, namespace } = temporal;
  const { address } = connectionOptions;
  const connection = await Connection.connect({
    ...connectionOptions,
    connectTimeout: CONNECT_TIMEOUT_MS,
  }).catch((error: unknown) => {
    throw explain(error, address, namespace);
  });
  try {
    await within(connection, () => connection.workflowService.describeNamespace({ namespace }));
  } catch (error) {
    await connection.close();
    throw explain(error, address, namespace);
  }
  const client = new Client({ connection, namespace, dataConverter: clientConverter(config.temporal) });
  return { client, connection, namespace, close: () => connection.close() };
}

/** Runs a request of Temporal's with a time limit, ms. */
export function within<T>(
  connection: Connection,
  request: () => Promise<T>,
  ms = CONNECT_TIMEOUT_MS,
): Promise<T> {
  return connection.withDeadline(Date.now() + ms, request);
}

function explain(error: unknown, address: string, namespace: string): CliError {
  const code = isGrpcServiceError(error) ? error.code : undefined;
  if (code === NOT_FOUND) {
    return new CliError(
      `Temporal at ${address} has no namespace ${namespace}: create it with \`temporal operator namespace create ${namespace}\`, or set TEMPORAL_NAMESPACE.`,
    );
  }
  if (code === PERMISSION_DENIED || code === UNAUTHENTICATED) {
    return new CliError(
      `Temporal at ${address} refuses these credentials: check TEMPORAL_API_KEY, or the TLS files of temporal.toml.`,
      1,
      { cause: error },
    );
  }
  return new CliError(
    `Temporal does not answer at ${address}: start it with \`orkestra up\`, or set TEMPORAL_ADDRESS to where it runs.`,
    1,
    { cause: error },
  );
}
