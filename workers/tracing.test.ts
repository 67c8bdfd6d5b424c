import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { loadConfig } from '../config/load.ts';
import { createLogger } from '../config/log.ts';
import { packageRoot } from '../config/package.ts';
import { spanIdOf, traceIdOf } from '../config/trace-id.ts';
import { TraceCollector } from '../test/trace-collector.ts';
import { startTracing } from './tracing.ts';

const log = createLogger(loadConfig({ ORKESTRA_LOG_LEVEL: 'silent' }), 'test');

describe('without a collector', () => {
  test.each([
    ['no variable', {}],
    ['an empty one', { OTEL_EXPORTER_OTLP_ENDPOINT: '' }],
    ['the SDK switched off', { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://a', OTEL_SDK_DISABLED: 'true' }],
    ['no exporter', { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://a', OTEL_TRACES_EXPORTER: 'none' }],
  ])('%s: there is no tracing', async (_, env) => {
    expect(await startTracing('stt', 'stt-1', log, env)).toBeUndefined();
  });

  test('nothing of OpenTelemetry is loaded: one file alone names it, and that one is imported when it is on', () => {
    const folders = [
      'activities',
      'call',
      'config',
      'engines',
      'gateway',
      'stream',
      'store',
      'workers',
      'workflows',
    ];
    const files = folders.flatMap((folder) =>
      readdirSync(join(packageRoot, folder), { recursive: true, encoding: 'utf8' })
        .map((file) => join(folder, file))
        .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts')),
    );
    const naming = (what: RegExp) =>
      files.filter((file) => what.test(readFileSync(join(packageRoot, file), 'utf8')));
    expect(naming(/from '@opentelemetry/)).toEqual(['workers/trace-export.ts']);
    expect(naming(/^import (?!type).*from '.*trace-export\.ts'/m)).toEqual([]);
    expect(naming(/await import\('\.\/trace-export\.ts'\)/)).toEqual(['workers/tracing.ts']);
  });
});

describe('with a collector', () => {
  let collector: TraceCollector;
  beforeEach(async () => {
    collector = await TraceCollector.open();
    vi.stubEnv('OTEL_EXPORTER_OTLP_ENDPOINT', collector.url);
  });
  afterEach(() => {
    vi.unstubAllEnvs();
    collector.close();
  });

  /** Starts a tracing for each of two processes and lets both tell of the same calls. */
  async function twoProcesses(sessions: string[]) {
    for (const role of ['analytics', 'stt']) {
      const tracing = (await startTracing(role, `${role}-1`, log))!;
      for (const session of sessions) {
        const times = { startedAt: 1_000, endedAt: 2_000.25 };
        if (role === 'analytics') {
          tracing.trace({ session, name: 'call', is: 'call', ...times, attributes: {} });
          tracing.trace({ session, name: 'turn', is: 'turn', turn: 2, ...times, attributes: {} });
        } else {
          const parts = [{ name: 'listen engine', startedAt: 1_500, endedAt: 1_600 }];
          tracing.trace({ session, name: 'listen', turn: 2, ...times, attributes: {}, parts });
        }
      }
      await tracing.close();
    }
  }

  test('spans of several processes find together, knowing only the session', async () => {
    await twoProcesses(['a-call']);
    const find = (name: string) => collector.spans.find((span) => span.name === name)!;
    expect(find('call')).toMatchObject({ parentId: '', spanId: spanIdOf('a-call', 'call') });
    expect(find('turn')).toMatchObject({
      parentId: find('call').spanId,
      spanId: spanIdOf('a-call', 'turn 2'),
    });
    expect(find('listen')).toMatchObject({ parentId: find('turn').spanId, service: 'orkestra-stt' });
    expect(find('listen engine').parentId).toBe(find('listen').spanId);
    expect(new Set(collector.spans.map(({ traceId }) => traceId))).toEqual(new Set([traceIdOf('a-call')]));
    // Times from before this process are times all the same.
    expect([find('turn').startedAt, find('turn').endedAt]).toEqual([1_000, 2_000.25]);
  });

  test.each(['traceidratio', 'parentbased_traceidratio'])(
    '%s takes whole calls or none of them',
    async (sampler) => {
      vi.stubEnv('OTEL_TRACES_SAMPLER', sampler);
      vi.stubEnv('OTEL_TRACES_SAMPLER_ARG', '0.5');
      const sessions = Array.from({ length: 40 }, (_, i) => `call-${i}`);
      await twoProcesses(sessions);
      const counts = sessions.map(
        (session) => collector.spans.filter(({ traceId }) => traceId === traceIdOf(session)).length,
      );
      expect(new Set(counts)).toEqual(new Set([0, 4]));
    },
  );

  test('OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES have the last word', async () => {
    vi.stubEnv('OTEL_SERVICE_NAME', 'voice');
    await twoProcesses(['a-call']);
    expect(new Set(collector.spans.map(({ service }) => service))).toEqual(new Set(['voice']));
  });
});
