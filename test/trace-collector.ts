import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { gunzipSync } from 'node:zlib';
import protobuf from 'protobufjs';

/** Of opentelemetry-proto's trace service, what the tests look at; the numbers are its own. */
const PROTO = `
syntax = "proto3";
message Request { repeated ResourceSpans resource_spans = 1; }
message ResourceSpans { Resource resource = 1; repeated ScopeSpans scope_spans = 2; }
message Resource { repeated KeyValue attributes = 1; }
message ScopeSpans { repeated Span spans = 2; }
message Span {
  bytes trace_id = 1; bytes span_id = 2; bytes parent_span_id = 4; string name = 5;
  fixed64 start_time_unix_nano = 7; fixed64 end_time_unix_nano = 8;
  repeated KeyValue attributes = 9; repeated Event events = 11; Status status = 15;
}
message Event { fixed64 time_unix_nano = 1; string name = 2; }
message Status { string message = 2; int32 code = 3; }
message KeyValue { string key = 1; AnyValue value = 2; }
message AnyValue {
  oneof value { string string_value = 1; bool bool_value = 2; int64 int_value = 3; double double_value = 4; }
}`;

export interface CollectedSpan {
  service: string;
  traceId: string;
  spanId: string;
  /** Empty for a root. */
  parentId: string;
  name: string;
  /** ms since the Unix epoch. */
  startedAt: number;
  endedAt: number;
  attributes: Record<string, unknown>;
  events: string[];
}

/** A collector of traces, as any that takes OTLP over HTTP, that keeps what it gets. */
export class TraceCollector {
  readonly spans: CollectedSpan[] = [];

  private constructor(
    readonly url: string,
    readonly close: () => void,
  ) {}

  static async open(): Promise<TraceCollector> {
    const request = protobuf.parse(PROTO).root.lookupType('Request');
    const server = createServer((incoming, response) => {
      void buffer(incoming).then((body) => {
        const bytes = incoming.headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body;
        const isTraces = incoming.url === '/v1/traces';
        if (isTraces) collector.add(request.toObject(request.decode(bytes), { longs: String }) as Decoded);
        response.writeHead(isTraces ? 200 : 404, { 'content-type': 'application/x-protobuf' }).end();
      });
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const collector = new TraceCollector(`http://127.0.0.1:${port}`, () => {
      server.close();
      server.closeAllConnections();
    });
    return collector;
  }

  private add({ resourceSpans = [] }: Decoded) {
    for (const { resource, scopeSpans = [] } of resourceSpans) {
      const service = String(plain(resource.attributes)['service.name']);
      for (const span of scopeSpans.flatMap(({ spans }) => spans)) {
        this.spans.push({
          service,
          traceId: hex(span.traceId),
          spanId: hex(span.spanId),
          parentId: hex(span.parentSpanId),
          name: span.name,
          startedAt: Number(BigInt(span.startTimeUnixNano) / 1_000n) / 1_000,
          endedAt: Number(BigInt(span.endTimeUnixNano) / 1_000n) / 1_000,
          attributes: plain(span.attributes),
          events: (span.events ?? []).map(({ name }) => name),
        });
      }
    }
  }
}

type KeyValues = { key: string; value: Record<string, unknown> }[];

interface Decoded {
  resourceSpans?: { resource: { attributes: KeyValues }; scopeSpans?: { spans: DecodedSpan[] }[] }[];
}

interface DecodedSpan {
  traceId: Buffer;
  spanId: Buffer;
  parentSpanId?: Buffer;
  name: string;
  startTimeUnixNano: string;
  endTimeUnixNano: string;
  attributes: KeyValues;
  events?: { name: string }[];
}

const hex = (bytes: Uint8Array | undefined) => Buffer.from(bytes ?? []).toString('hex');

const plain = (attributes: KeyValues = []) =>
  Object.fromEntries(attributes.map(({ key, value }) => [key, Object.values(value)[0]]));
