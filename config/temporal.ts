import { loadClientConnectConfig } from '@temporalio/envconfig';

/** The address, namespace, TLS and API key of Temporal, from TEMPORAL_* variables or `temporal.toml`. */
export function temporalConnection() {
  const { connectionOptions, namespace } = loadClientConnectConfig();
  return {
    connectionOptions: { ...connectionOptions, address: connectionOptions.address ?? '127.0.0.1:7233' },
    namespace: namespace ?? 'default',
  };
}

export { services, type Service, taskQueueOf } from './task-queues.ts';
