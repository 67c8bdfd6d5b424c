import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import { randomBytes, randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { callRequestSchema, workflowIdOf } from '../call/request.ts';
import { readUtterances } from '../cli/caller-recording.ts';
import { packageRoot } from '../config/package.ts';
import { taskQueueOf } from '../config/task-queues.ts';
import { spanIdOf, traceIdOf } from '../config/trace-id.ts';
import { workerNames } from '../config/worker-names.ts';
import { openDatabase } from '../store/database.ts';
import { webhooksIdOf } from '../workflows/webhooks.ts';
import { expressions, metricsIn } from './dashboards.ts';
import { System } from './system.ts';
import { type CollectedSpan, TraceCollector } from './trace-collector.ts';

/** What must appear nowhere but in the call itself, as it is, in base64, and in JSON. */
const PERSONAL = ['+12025550199', '2025550199', 'cust-884177', '884177', 'four one', 'double two', '412239'];

const random = (bytes = 32) => randomBytes(bytes).toString('base64');
/** What the processes are configured with, and must tell nobody. */
const SECRETS = {
  ORKESTRA_SESSION_KEYS: random(),
  ORKESTRA_PAYLOAD_KEYS: random(),
  TWILIO_AUTH_TOKEN: random(),
  OPENAI_API_KEY: random(),
  DEEPGRAM_API_KEY: random(),
  ORKESTRA_WEBHOOKS: random(),
};

/** One call through all processes, with traces collected and logs as talkative as can be. */
describe('what can be seen of a call from outside', () => {
  const session = `seen-${randomUUID().slice(0, 12)}`;
  let collector: TraceCollector;
  let system: System;
  let metrics: Record<string, string>;
  let lines: Record<string, unknown>[];
  let stored: string;
  let processes: string[];
  const health: Record<string, string> = {};

  beforeAll(async () => {
    collector = await TraceCollector.open();
    system = await System.start({
      ORKESTRA_STT: 'scripted',
      ORKESTRA_TTS: 'scripted',
      ...SECRETS,
      ORKESTRA_SESSION_KEYS: `test:${SECRETS.ORKESTRA_SESSION_KEYS}`,
      ORKESTRA_PAYLOAD_KEYS: `test:${SECRETS.ORKESTRA_PAYLOAD_KEYS}`,
      ORKESTRA_WEBHOOKS: JSON.stringify([
        {
          name: 'crm',
          url: 'http://127.0.0.1:9',
          secret: `whsec_${SECRETS.ORKESTRA_WEBHOOKS}`,
          transcript: true,
        },
      ]),
      ORKESTRA_REDACT: 'accounts',
      ORKESTRA_LOG_LEVEL: 'trace',
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
    });
    const [question] = await readUtterances(join(import.meta.dirname, 'recordings', 'hours.wav'));
    const who = { phone: '+12025550199', customer: 'cust-884177' };
    await system.call([question!, 'It is four one, double two, three nine.'], session, {}, who);
    await system.temporal.client.workflow.getHandle(workflowIdOf(session)).result();
    stored = await everythingStored();
    await failAnActivity();
    metrics = await system.metrics();
    for (const [role, url] of Object.entries(system.workers.healthUrls)) {
      health[role] = await (await fetch(`${url}/health/ready`)).text();
    }
    processes = Object.values(system.workers.pids()).map((pid) =>
      readFileSync(`/proc/${pid}/cmdline`, 'utf8'),
    );
    // What is left of the traces is sent at the end.
    await system.workers.stop();
    lines = system.logLines();
  }, 180_000);
  afterAll(async () => {
    await system?.stop();
    collector?.close();
  });

  /** The SDK has a metric of failures once there has been one. */
  async function failAnActivity() {
    const prefix = process.env.ORKESTRA_TASK_QUEUE_PREFIX!;
    const request = callRequestSchema.parse({ session: `${session}-bad`, origin: 'cli', domain: 'nowhere' });
    const handle = await system.temporal.client.workflow.start('call', {
      workflowId: workflowIdOf(request.session),
      taskQueue: taskQueueOf(prefix, 'call'),
      args: [{ request, taskQueuePrefix: prefix }],
    });
    const failed = async () =>
      (await system.metrics()).llm!.includes('temporal_activity_execution_failed_total');
    while (!(await failed())) await new Promise((resolve) => setTimeout(resolve, 50));
    await handle.terminate();
  }

  /** All that Temporal keeps of the call and of the webhooks about it, as bytes and decoded from base64. */
  async function everythingStored(): Promise<string> {
    const { connection, namespace, client } = system.temporal;
    const of = async (workflowId: string) => {
      const execution = { workflowId };
      const { workflowService } = connection;
      const { history } = await workflowService.getWorkflowExecutionHistory({ namespace, execution });
      const described = await workflowService.describeWorkflowExecution({ namespace, execution });
      return JSON.stringify([historyToJSON(history!), described]);
    };
    const webhooks = webhooksIdOf(session);
    await client.workflow.getHandle(webhooks).describe();
    const json = (await Promise.all([of(workflowIdOf(session)), of(webhooks)])).join('\n');
    const hidden = json.match(/[A-Za-z0-9+/]{8,}={0,2}/g)!.map((text) => atobOr(text));
    return [json, ...hidden].join('\n');
  }

  describe('in Temporal', () => {
    test('no clear text of what was said, or by whom, is kept where a key is set', () => {
      // What is kept in clear: names, times, and what calls are listed by.
      expect(stored).toContain('banking');
      expect(stored).toContain('binary/encrypted');
      for (const secret of [...PERSONAL, 'Northwind']) expect(stored).not.toContain(secret);
    });

    test('the rows hold what was said without account numbers', async () => {
      const database = openDatabase(system.places.config.postgres, () => undefined);
      const { rows } = await database.query('select caller from turns where session = $1 order by turn', [
        session,
      ]);
      await database.end();
      expect(rows.map(({ caller }) => caller)).toContain('It is [account number].');
    });
  });

  test('no secret is told: not in logs, metrics, health, traces, nor in the arguments of a process', () => {
    const told = JSON.stringify([lines, metrics, health, collector.spans, processes]);
    expect(told).toContain('worker');
    for (const [name, secret] of Object.entries(SECRETS)) expect(told, name).not.toContain(secret);
    expect(Object.keys(health)).toHaveLength(workerNames.length);
  });

  const value = (role: string, series: string) => {
    const line = metrics[role]!.split('\n').find((each) => each.startsWith(`${series} `));
    return line === undefined ? undefined : Number(line.slice(series.length + 1));
  };

  describe('in metrics', () => {
    const typesOf = (role: string) =>
      [...metrics[role]!.matchAll(/^# TYPE (\S+)/gm)].map(([, name]) => name!);

    test('each process tells its own, its engines’, its stages’ and the SDK’s', () => {
      expect(value('stt', 'orkestra_stage_ends_total{stage="listen",outcome="said",role="stt"}')).toBe(2);
      expect(
        value('llm', 'orkestra_turns_total{domain="banking",adapter="default",source="model",role="llm"}'),
      ).toBe(2);
      expect(value('cache', 'orkestra_cache_lookups_total{result="skipped",role="cache"}')).toBeGreaterThan(
        0,
      );
      expect(
        value('stt', 'orkestra_engine_latency_seconds_count{role="stt",kind="stt",engine="scripted"}'),
      ).toBe(1);
      expect(value('gateway', 'orkestra_gateway_voice_to_voice_seconds_count{role="gateway"}')).toBe(1);
      expect(value('gateway', 'orkestra_gateway_own_share_seconds_count{role="gateway"}')).toBe(1);
      expect(value('gateway', 'orkestra_dependency_up{dependency="temporal",role="gateway"}')).toBe(1);
      expect(value('analytics', 'orkestra_dependency_up{dependency="postgres",role="analytics"}')).toBe(1);
      expect(
        value(
          'orchestrator',
          'orkestra_task_queue_pollers{service="tts",kind="activity",role="orchestrator"}',
        ),
      ).toBe(1);
      expect(value('tts', 'orkestra_stages_active{stage="speak",state="working",role="tts"}')).toBe(0);
      for (const role of workerNames) {
        expect(value(role, `orkestra_ready{role="${role}"}`)).toBe(1);
        if (role !== 'gateway') expect(typesOf(role)).toContain('temporal_worker_task_slots_available');
      }
    });

    test('no label holds a session or a person', () => {
      const all = Object.values(metrics).join('\n');
      for (const secret of [session, ...PERSONAL]) expect(all).not.toContain(secret);
    });

    test('dashboards and alerts name none that is not there', () => {
      const served = new Set(workerNames.flatMap(typesOf));
      const missing = expressions().flatMap(({ where, expr }) =>
        metricsIn(expr)
          .filter((name) => !served.has(name))
          .map((name) => `${where}: ${name}`),
      );
      expect(missing).toEqual([]);
    });

    test('docs/metrics.md lists them all, and where each is', () => {
      const documented = new Map(
        [
          ...readFileSync(join(packageRoot, 'docs', 'metrics.md'), 'utf8').matchAll(
            /^\| `(orkestra_\w+)` .*\| ([a-z, ]+?) +\|$/gm,
          ),
        ].map(([, name, roles]) => [name!, roles!] as const),
      );
      const exported = new Map<string, string[]>();
      for (const role of workerNames) {
        for (const name of typesOf(role).filter((each) => each.startsWith('orkestra_'))) {
          exported.set(name, [...(exported.get(name) ?? []), role]);
        }
      }
      const found = [...exported].map(
        ([name, roles]) => [name, roles.length === workerNames.length ? 'all' : roles.join(', ')] as const,
      );
      expect(Object.fromEntries([...documented].sort())).toEqual(Object.fromEntries(found.sort()));
    });
  });

  describe('in a trace', () => {
    const ofCall = () => collector.spans.filter(({ traceId }) => traceId === traceIdOf(session));
    const named = (name: string) => ofCall().filter((span) => span.name === name);
    const only = (name: string) => {
      const spans = named(name);
      expect(spans, name).toHaveLength(1);
      return spans[0]!;
    };
    const turnOf = (span: CollectedSpan) => Number(span.attributes['orkestra.turn']);

    test('one call is one trace, with one root, over all processes that had a part in it', () => {
      const call = only('call');
      expect(call).toMatchObject({
        parentId: '',
        spanId: spanIdOf(session, 'call'),
        service: 'orkestra-analytics',
      });
      const ids = new Set(ofCall().map(({ spanId }) => spanId));
      const orphans = ofCall().filter(({ parentId }) => parentId !== '' && !ids.has(parentId));
      expect(orphans).toEqual([]);
      const services = ['analytics', 'cache', 'gateway', 'llm', 'stt', 'tts'].map(
        (role) => `orkestra-${role}`,
      );
      expect(new Set(ofCall().map(({ service }) => service))).toEqual(new Set(services));
    });

    test('each turn is a span of the call, and its stages are spans of the turn', () => {
      const turns = named('turn').sort((a, b) => turnOf(a) - turnOf(b));
      expect(turns.map(turnOf)).toEqual([1, 2]);
      for (const turn of turns) {
        expect(turn.parentId).toBe(only('call').spanId);
        const inside = ofCall().filter(({ parentId }) => parentId === turn.spanId);
        const names = inside.map(({ name }) => name).sort();
        const spoken = turnOf(turn) === 1 ? ['wait'] : [];
        expect(names).toEqual(['listen', 'playback', 'recall', 'reply', 'speak', ...spoken]);
        for (const span of inside) expect(span.startedAt).toBeGreaterThanOrEqual(turn.startedAt - 1);
        const playback = inside.find(({ name }) => name === 'playback')!;
        expect(Math.abs(turn.endedAt - playback.endedAt)).toBeLessThan(1);
      }
      expect(turns[0]!.events).toEqual([
        'end of speech',
        'final transcript',
        'first sentence',
        'first audio',
      ]);
    });

    test('the engine’s time lies within its stage’s', () => {
      for (const name of ['recall', 'reply', 'speak']) {
        const stages = named(name).filter(({ attributes }) => 'orkestra.turn' in attributes);
        const engines = named(`${name} engine`);
        expect(engines).toHaveLength(stages.length);
        for (const engine of engines) {
          const stage = stages.find(({ spanId }) => spanId === engine.parentId)!;
          expect(engine.startedAt).toBeGreaterThanOrEqual(stage.startedAt);
          expect(engine.endedAt).toBeLessThanOrEqual(stage.endedAt);
        }
      }
    });

    test('no attribute holds what was said, or by whom', () => {
      const all = JSON.stringify(ofCall());
      expect(all).toContain(session);
      for (const secret of PERSONAL) expect(all).not.toContain(secret);
    });
  });

  describe('in logs', () => {
    test('a line of a call carries its session and the id of its trace', () => {
      const ours = lines.filter((line) => line.session === session);
      expect(new Set(ours.map(({ role }) => role))).toEqual(
        new Set(['gateway', 'orchestrator', 'stt', 'llm', 'tts', 'cache', 'analytics']),
      );
      for (const line of ours) expect(line.trace_id).toBe(traceIdOf(session));
    });

    test('no line holds what was said, or by whom, whatever the level', () => {
      const all = lines.map((line) => JSON.stringify(line)).join('\n');
      const hidden = (all.match(/[A-Za-z0-9+/]{16,}={0,2}/g) ?? []).map((text) => atobOr(text)).join('\n');
      expect(all).toContain('caller connected');
      for (const secret of PERSONAL) {
        expect(all).not.toContain(secret);
        expect(hidden).not.toContain(secret);
      }
    });
  });
});

const atobOr = (text: string) => Buffer.from(text, 'base64').toString('utf8');
