import { fileURLToPath } from 'node:url';
import type { DataConverter } from '@temporalio/common';
import { loadClientConnectConfig } from '@temporalio/envconfig';
import { payloadCodec, type UnreadableWatch } from './payload-codec.ts';
import type { Config } from './schema.ts';

/** The address, namespace, TLS and API key of Temporal, from TEMPORAL_* variables or `temporal.toml`. */
export function temporalConnection() {
  const { connectionOptions, namespace } = loadClientConnectConfig();
  return {
    connectionOptions: { ...connectionOptions, address: connectionOptions.address ?? '127.0.0.1:7233' },
    namespace: namespace ?? 'default',
  };
}

export { services, type Service, taskQueueOf } from './task-queues.ts';

/** How payloads are written and read, for clients: what can't be read is an error. */
export const clientConverter = ({ payloadKeys }: Config['temporal']): DataConverter => ({
  payloadCodecs: [payloadCodec(payloadKeys)],
});

/** The same for workers, which tell of what they can't read, and go on where it may come from outside. */
export function workerConverter(
  { payloadKeys }: Config['temporal'],
  onUnreadable: UnreadableWatch['onUnreadable'],
): DataConverter {
  const payloadCodecs = [payloadCodec(payloadKeys, { onUnreadable, lenient: true })];
  if (payloadKeys.length === 0) return { payloadCodecs };
  // A module that is loaded by its path; ours runs compiled, where there are keys.
  const failureConverterPath = fileURLToPath(new URL('./failure-converter.js', import.meta.url));
  return { payloadCodecs, failureConverterPath };
}
