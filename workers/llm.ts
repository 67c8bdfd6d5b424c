import { Client, Connection } from '@temporalio/client';
import type { PastTurn } from '../activities/dialogue.ts';
import { llmActivities } from '../activities/reply/reply.ts';
import { workflowIdOf } from '../call/request.ts';
import type { Config } from '../config/schema.ts';
import { clientConverter, temporalConnection } from '../config/temporal.ts';
import { domains } from '../domains/registry.ts';
import { createResponder } from '../domains/responder.ts';
import { createEmbeddingEngine } from '../engines/embedding/create.ts';
import { createLlmEngine } from '../engines/llm/create.ts';
import { metered } from '../engines/metered.ts';
import type { LlmEngine } from '../engines/llm/engine.ts';
import { withFallback } from '../engines/llm/fallback.ts';
import { transcriptQuery } from '../workflows/messages.ts';
import { serveActivities, stageDeps } from './activity-worker.ts';
import { askForTool } from './ask-for-tool.ts';
import { engineMetrics } from './engine-metrics.ts';
import { fallbackReport } from './fallback-report.ts';
import { shelveAdapters } from './llm-adapters.ts';
import { runWorker, type WorkerContext } from './run.ts';

/** Writes replies: the `reply` activity. */
export const run = () =>
  runWorker('llm', async (context) => {
    const engines = await createEngines(context);
    context.health.add('engine', async () => engines.engineFor(domains[0]!.name).name);
    const connection = Connection.lazy(temporalConnection().connectionOptions);
    const { namespace } = temporalConnection();
    const dataConverter = clientConverter(context.config.temporal);
    const client = new Client({ connection, namespace, dataConverter });
    const { shelf, serve } = shelveAdapters(context, engines.engineFor(domains[0]!.name));
    const activities = llmActivities({
      ...stageDeps(context),
      engineFor: engines.engineFor,
      adapters: shelf,
      askWorkflow: (session) => askWorkflow(client, session),
      askForTool: (session, request, how) => askForTool(client, session, request, how),
    });
    const adapters = await serve();
    return serveActivities(context, 'llm', activities, async () => {
      await adapters.close();
      await connection.close();
      await engines.close();
    });
  });

/** An engine for each domain, with the one that takes over from it. */
async function createEngines(context: WorkerContext) {
  const { llm, llmFallback, llmSlowMs: slowMs } = context.config.engines;
  const report = fallbackReport(context, 'llm');
  const meters = metered(engineMetrics(context.metrics));
  const first = createKind(context.config, llm, meters);
  const second = llmFallback && createKind(context.config, llmFallback, meters);
  const engines = new Map<string, LlmEngine>();
  for (const { name } of domains) {
    const engine = first.engineFor(name);
    engines.set(name, second ? withFallback(engine, second.engineFor(name), { slowMs, report }) : engine);
  }
  for (const engine of new Set(engines.values())) await engine.warmUp();
  return {
    engineFor: (domain: string) => engines.get(domain)!,
    async close() {
      await Promise.all([first.close(), second?.close()]);
    },
  };
}

/** One engine for all domains, or, for the embedded responder, one a domain over one embedding engine. */
function createKind(config: Config, name: Config['engines']['llm'], meters: ReturnType<typeof metered>) {
  if (name !== 'responder') {
    const engine = meters.llm(createLlmEngine(config, name));
    return { engineFor: () => engine, close: () => engine.close() };
  }
  const embedding = meters.embedding(createEmbeddingEngine(config));
  const responders = new Map(
    domains.map((domain) => [domain.name, meters.llm(createResponder(domain, embedding))]),
  );
  return { engineFor: (domain: string) => responders.get(domain)!, close: () => embedding.close() };
}

async function askWorkflow(client: Client, session: string): Promise<Map<number, PastTurn>> {
  const { turns } = await client.workflow.getHandle(workflowIdOf(session)).query(transcriptQuery);
  return new Map(turns.map(({ turn, caller, heard }) => [turn, { caller, heard }]));
}
