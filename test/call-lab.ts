import { randomUUID } from 'node:crypto';
import { Client, Connection, type WorkflowHandle } from '@temporalio/client';
import {
  DefaultLogger,
  NativeConnection,
  Runtime,
  Worker,
  type WorkflowBundleOption,
} from '@temporalio/worker';
import { callAdapterActivities } from '../activities/adapters/call-adapters.ts';
import { controlActivities } from '../activities/adapters/control.ts';
import { AdapterShelf } from '../activities/adapters/shelf.ts';
import { llmAdapterActivities } from '../activities/adapters/sync.ts';
import { sttActivities } from '../activities/listen/listen.ts';
import type { ToolRequest } from '../activities/reply/effects.ts';
import { llmActivities } from '../activities/reply/reply.ts';
import type { HowToAsk } from '../activities/reply/tool-outcomes.ts';
import { PreparedSpeech } from '../activities/speak/prepared.ts';
import { ttsActivities } from '../activities/speak/speak.ts';
import { orchestratorActivities } from '../activities/close-stream.ts';
import { toolActivities } from '../activities/tools/use-tool.ts';
import { telephonyActivities } from '../activities/telephony.ts';
import { recordedActivities } from '../activities/recording/activities.ts';
import { Recorder } from '../activities/recording/recorder.ts';
import type { AnalyticsActivities, RecordCallInput, RecordTurnInput } from '../activities/types.ts';
import { callRequestSchema, workflowIdOf } from '../call/request.ts';
import type { CallSettingsPatch } from '../call/settings.ts';
import { loadConfig } from '../config/load.ts';
import { createLogger } from '../config/log.ts';
import type { Config } from '../config/schema.ts';
import { ownQueueOf, taskQueueOf } from '../config/task-queues.ts';
import { temporalConnection } from '../config/temporal.ts';
import type { LlmEngine } from '../engines/llm/engine.ts';
import type { SttEngine } from '../engines/stt/engine.ts';
import { createScriptedStt } from '../engines/stt/scripted.ts';
import type { TtsEngine } from '../engines/tts/engine.ts';
import { createScriptedTts } from '../engines/tts/scripted.ts';
import { readPlan } from '../store/adapters.ts';
import type { Database } from '../store/database.ts';
import { StreamHub } from '../stream/hub.ts';
import { askForTool } from '../workers/ask-for-tool.ts';
import { DatabaseOnDemand } from '../workers/database.ts';
import { loadWorkflows } from '../workers/workflow-bundle.ts';
import type { call } from '../workflows/index.ts';
import type { CallInput } from '../workflows/messages.ts';
import { recordHistories, rememberCall } from './record-history.ts';
import { StreamCaller } from './stream-caller.ts';

/** Answers each question by repeating it: what comes out tells what went in. */
export const echoLlm: LlmEngine = {
  name: 'echo',
  warmUp: async () => undefined,
  async *reply({ messages }) {
    yield { type: 'text', text: `You said ${messages.at(-1)!.text}` };
  },
  close: async () => undefined,
};

/**
 * Calls on real Temporal and Redis, with the real workflow and stages, and engines that a test can script. The
 * analytics activities keep their rows in memory; their own test has Postgres.
 */
export class CallLab {
  readonly turnRows: RecordTurnInput[] = [];
  readonly callRows: RecordCallInput[] = [];
  private readonly stops: (() => Promise<void>)[] = [];

  private constructor(
    readonly prefix: string,
    readonly hub: StreamHub,
    readonly client: Client,
    private readonly connection: NativeConnection,
  ) {}

  static async open(
    engines: {
      stt?: SttEngine;
      llm?: LlmEngine;
      tts?: TtsEngine;
      openDatabase?: () => Promise<Database>;
      twilio?: Partial<Config['twilio']>;
      /** Holds a turn's row back until it resolves. */
      beforeTurnRow?: (row: RecordTurnInput) => Promise<void>;
      /** Where rows go, in place of memory. */
      rows?: AnalyticsActivities;
      /** A folder for recordings. */
      recordings?: string;
    } = {},
  ): Promise<CallLab> {
    try {
      Runtime.install({ logger: new DefaultLogger('ERROR'), shutdownSignals: [] });
    } catch {
      // Another lab of this process has installed it.
    }
    const config = loadConfig({ ...process.env, ORKESTRA_LOG_LEVEL: 'silent' });
    const { connectionOptions, namespace } = temporalConnection();
    const hub = new StreamHub(config.redis, () => undefined);
    const connection = await NativeConnection.connect(connectionOptions);
    const clientConnection = await Connection.connect(connectionOptions);
    const client = new Client({ connection: clientConnection, namespace });
    const lab = new CallLab(`lab-${randomUUID().slice(0, 8)}`, hub, client, connection);
    const deps = { hub, log: createLogger(config, 'lab'), draining: new AbortController().signal };
    const database = new DatabaseOnDemand({ config, log: deps.log });
    const workflow = {
      askWorkflow: async () => new Map(),
      askForTool: (session: string, request: ToolRequest, how: HowToAsk) =>
        askForTool(client, session, request, how),
    };
    const engine = engines.tts ?? createScriptedTts();
    const llm = engines.llm ?? echoLlm;
    const rows: AnalyticsActivities = engines.rows ?? {
      async recordTurn(row) {
        await engines.beforeTurnRow?.(row);
        lab.turnRows.push(row);
      },
      async recordCall(row) {
        lab.callRows.push(row);
        return {};
      },
    };
    const recorder = engines.recordings && new Recorder(hub.redis, engines.recordings, deps.log);
    const recorded = recorder ? recordedActivities(rows, recorder, deps.log) : rows;
    const analytics = { ...recorded, announceCall: async () => undefined };
    const shelf = new AdapterShelf(llm, async () => readPlan(await database.open(), lab.prefix));
    await shelf.sync();
    const ownQueue = ownQueueOf(lab.prefix, 'lab');
    await Promise.all([
      lab.work('call', {
        ...orchestratorActivities(hub),
        ...toolActivities({
          hub,
          log: deps.log,
          database: engines.openDatabase ?? (() => database.open()),
          hasAgents: engines.twilio?.agentNumber !== undefined,
        }),
        ...telephonyActivities({ ...config.twilio, ...engines.twilio }),
        ...callAdapterActivities({ hub, database: () => database.open() }),
        ...controlActivities({ database: () => database.open(), listLlmWorkers: async () => [ownQueue] }),
      }),
      lab.workOn(ownQueue, llmAdapterActivities(shelf)),
      lab.work('stt', sttActivities(deps, engines.stt ?? createScriptedStt())),
      lab.work('llm', llmActivities({ ...deps, ...workflow, engineFor: () => llm, adapters: shelf })),
      lab.work('tts', ttsActivities({ ...deps, engine, prepared: new PreparedSpeech(engine) })),
      lab.work('analytics', analytics),
    ]);
    lab.stops.push(async () => {
      await database.close();
      await hub.close();
      await clientConnection.close();
      await connection.close();
    });
    return lab;
  }

  /** Starts a call; without stored answers, since no cache worker stands here. */
  async start(
    settings: CallSettingsPatch = {},
    session = `lab-${randomUUID().slice(0, 12)}`,
    more: { dial?: boolean; domain?: string; phone?: string; customer?: string } = {},
  ) {
    const { dial, ...who } = more;
    const request = callRequestSchema.parse({
      session,
      origin: 'cli',
      ...who,
      settings: { endpointingMs: 0, endpointingMaxMs: 0, cache: false, ...settings },
    });
    const input: CallInput = { request, taskQueuePrefix: this.prefix, dial };
    const handle: WorkflowHandle<typeof call> = await this.client.workflow.start<typeof call>('call', {
      workflowId: workflowIdOf(session),
      taskQueue: taskQueueOf(this.prefix, 'call'),
      args: [input],
    });
    rememberCall(handle);
    return { session, handle, caller: new StreamCaller(this.hub, session) };
  }

  async close() {
    await recordHistories();
    for (const stop of this.stops) await stop();
  }

  private async work(service: 'call' | 'stt' | 'llm' | 'tts' | 'analytics', activities: object) {
    const more =
      service === 'call' ? { workflowBundle: await loadWorkflows(new DefaultLogger('ERROR')) } : {};
    await this.workOn(taskQueueOf(this.prefix, service), activities, more);
  }

  private async workOn(
    taskQueue: string,
    activities: object,
    more: { workflowBundle?: WorkflowBundleOption } = {},
  ) {
    const worker = await Worker.create({
      connection: this.connection,
      namespace: this.client.options.namespace,
      taskQueue,
      activities,
      ...more,
      shutdownGraceTime: 100,
    });
    const running = worker.run();
    this.stops.unshift(async () => {
      worker.shutdown();
      await running;
    });
  }
}
