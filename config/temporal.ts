import { loadClientConnectConfig } from '@temporalio/envconfig';

/** The address, namespace, TLS and API key of Temporal, from TEMPORAL_* variables or `temporal.toml`. */
export function temporalConnection() {
  const { connectionOptions, namespace } = loadClientConnectConfig();
  return {
    connectionOptions: { ...connectionOptions, address: connectionOptions.address ?? '127.0.0.1:7233' },
    namespace: namespace ?? 'default',
  };
}

/** Services with a task queue each. */
export const services = ['call', 'stt', 'cache', 'llm', 'tts', 'analytics'] as const;
export type Service = (typeof services)[number];

export const taskQueueOf = (prefix: string, service: Service) => `${prefix}-${service}`;
