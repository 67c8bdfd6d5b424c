import { diag, DiagLogLevel, ROOT_CONTEXT, SpanStatusCode, trace, type Context } from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { envDetectorSync, Resource } from '@opentelemetry/resources';
import { BasicTracerProvider, BatchSpanProcessor, type IdGenerator } from '@opentelemetry/sdk-trace-node';
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { CallSpan } from '../call/call-span.ts';
import { version } from '../config/package.ts';
import { spanIdOf, traceIdOf } from '../config/trace-id.ts';
import type { Tracing } from './tracing.ts';

/** What is left may take this long to be sent, ms. */
const CLOSE_MS = 3_000;

/** Gives out the ids that it was told: those of a call's trace follow from its session. */
class GivenIds implements IdGenerator {
  traceId = '';
  spanId = '';
  generateTraceId = () => this.traceId;
  generateSpanId = () => this.spanId;
}

/**
 * Sends spans to a collector, as OpenTelemetry's own variables say: where, how often, how many at most, which calls.
 * Only loaded where tracing is on.
 */
export function openTracing(role: string, id: string, complain: (error: Error) => void): Tracing {
  diag.setLogger(
    {
      error: (message) => complain(new Error(message)),
      warn: (message) => complain(new Error(message)),
      info: () => undefined,
      debug: () => undefined,
      verbose: () => undefined,
    },
    DiagLogLevel.WARN,
  );
  const ids = new GivenIds();
  const resource = new Resource({
    'service.namespace': 'orkestra',
    'service.name': `orkestra-${role}`,
    'service.version': version,
    'service.instance.id': id,
  });
  const provider = new BasicTracerProvider({
    // OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES have the last word.
    resource: resource.merge(new Resource(envDetectorSync.detect().attributes)),
    idGenerator: ids,
    spanProcessors: [new BatchSpanProcessor(new OTLPTraceExporter())],
  });
  const tracer = provider.getTracer('orkestra', version);

  /** The context of what happens in a call or a turn; the sampler decides by the trace's id, in each process the same. */
  function within(session: string, name: string): Context {
    ids.traceId = traceIdOf(session);
    ids.spanId = spanIdOf(session, name);
    const { traceId, traceFlags } = tracer.startSpan('call', { root: true }).spanContext();
    return trace.setSpanContext(ROOT_CONTEXT, { traceId, spanId: ids.spanId, traceFlags, isRemote: true });
  }

  function send(span: CallSpan) {
    const { session, is, turn, attributes, events = [], parts = [] } = span;
    const parent =
      is === 'call'
        ? undefined
        : within(session, is === 'turn' || turn === undefined ? 'call' : nameOf(turn));
    ids.traceId = traceIdOf(session);
    ids.spanId = is ? spanIdOf(session, is === 'call' ? 'call' : nameOf(turn!)) : randomId();
    const options = { root: parent === undefined, startTime: hrTime(span.startedAt) };
    const made = tracer.startSpan(span.name, options, parent);
    made.setAttribute('orkestra.session', session);
    if (turn !== undefined) made.setAttribute('orkestra.turn', turn);
    for (const [key, value] of Object.entries(attributes)) {
      if (value !== undefined) made.setAttribute(`orkestra.${key}`, value);
    }
    for (const { name, at } of events) made.addEvent(name, hrTime(at));
    if (span.error) made.setStatus({ code: SpanStatusCode.ERROR, message: span.error });
    for (const part of parts) {
      ids.spanId = randomId();
      const inside = trace.setSpan(ROOT_CONTEXT, made);
      tracer.startSpan(part.name, { startTime: hrTime(part.startedAt) }, inside).end(hrTime(part.endedAt));
    }
    made.end(hrTime(Math.max(span.startedAt, span.endedAt)));
  }

  return {
    trace(span) {
      try {
        send(span);
      } catch (error) {
        complain(error as Error);
      }
    },
    // A collector that is away must not keep a process from ending.
    close: () => Promise.race([provider.shutdown(), sleep(CLOSE_MS, undefined, { ref: false })]),
  };
}

const nameOf = (turn: number) => `turn ${turn}`;
const randomId = () => randomBytes(8).toString('hex');

/** Seconds and nanoseconds: a number would be taken for one of `performance.now` where it is from before this process. */
const hrTime = (ms: number): [number, number] => [
  Math.floor(ms / 1_000),
  Math.round((ms % 1_000) * 1_000_000),
];
