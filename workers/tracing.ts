import type { TraceCall } from '../call/call-span.ts';
import type { Logger } from '../config/log.ts';
import { logOnce } from './log-once.ts';

export interface Tracing {
  trace: TraceCall;
  /** Sends what is left. */
  close(): Promise<void>;
}

/**
 * Traces of calls, where OpenTelemetry's variables name a collector; undefined where they don't, and then nothing of
 * OpenTelemetry is loaded.
 */
export async function startTracing(
  role: string,
  id: string,
  log: Logger,
  env: NodeJS.ProcessEnv = process.env,
): Promise<Tracing | undefined> {
  if (!isOn(env)) return undefined;
  const protocol = env.OTEL_EXPORTER_OTLP_TRACES_PROTOCOL ?? env.OTEL_EXPORTER_OTLP_PROTOCOL;
  if (protocol && protocol !== 'http/protobuf') {
    log.warn({ protocol }, 'traces are sent as http/protobuf: no other protocol is spoken here');
  }
  const { openTracing } = await import('./trace-export.ts');
  return openTracing(role, id, logOnce(log, 'traces can’t be sent'));
}

const isOn = (env: NodeJS.ProcessEnv) =>
  Boolean(env.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT || env.OTEL_EXPORTER_OTLP_ENDPOINT) &&
  env.OTEL_SDK_DISABLED !== 'true' &&
  env.OTEL_TRACES_EXPORTER !== 'none';
