import { Client, Connection } from '@temporalio/client';
import { startApi } from '../api/server.ts';
import { clientConverter, temporalConnection } from '../config/temporal.ts';
import type { DatabaseOnDemand } from './database.ts';
import type { WorkerContext } from './run.ts';

/**
 * Opens the HTTP API where a port is configured. It does not wait for Temporal, Redis or Postgres: it says which of
 * them is away. Closes by itself when the process drains.
 */
export async function openHttpApi(
  { config, hub, log, metrics, draining }: WorkerContext,
  database: DatabaseOnDemand,
): Promise<{ close(): Promise<void> }> {
  const { host, port } = config.api;
  if (port === undefined) return { close: async () => undefined };
  const { connectionOptions, namespace } = temporalConnection();
  const connection = Connection.lazy(connectionOptions);
  const client = new Client({ connection, namespace, dataConverter: clientConverter(config.temporal) });
  const deps = { config, log, metrics, redis: hub.redis, client, database: () => database.open() };
  const api = await startApi(deps, { host, port });
  let closed: Promise<void> | undefined;
  const close = () => (closed ??= api.close().then(() => connection.close()));
  draining.addEventListener('abort', () => void close());
  return { close };
}
