import { Client, Connection } from '@temporalio/client';
import type { PastTurn } from '../activities/dialogue.ts';
import { llmActivities } from '../activities/reply/reply.ts';
import { workflowIdOf } from '../call/request.ts';
import { temporalConnection } from '../config/temporal.ts';
import { domains } from '../domains/registry.ts';
import { createResponder } from '../domains/responder.ts';
import { createEmbeddingEngine } from '../engines/embedding/create.ts';
import { createLlmEngine } from '../engines/llm/create.ts';
import type { LlmEngine } from '../engines/llm/engine.ts';
import { transcriptQuery } from '../workflows/messages.ts';
import { serveActivities, stageDeps } from './activity-worker.ts';
import { askForTool } from './ask-for-tool.ts';
import { runWorker, type WorkerContext } from './run.ts';

/** Writes replies: the `reply` activity. */
export const run = () =>
  runWorker('llm', async (context) => {
    const engines = await createEngines(context);
    context.health.add('engine', async () => engines.engineFor(domains[0]!.name).name);
    const connection = Connection.lazy(temporalConnection().connectionOptions);
    const client = new Client({ connection, namespace: temporalConnection().namespace });
    const activities = llmActivities({
      ...stageDeps(context),
      engineFor: engines.engineFor,
      askWorkflow: (session) => askWorkflow(client, session),
      askForTool: (session, request) => askForTool(client, session, request),
    });
    return serveActivities(context, 'llm', activities, async () => {
      await connection.close();
      await engines.close();
    });
  });

/** One engine for all domains, or, for the embedded responder, one a domain over one embedding engine. */
async function createEngines({ config }: WorkerContext) {
  if (config.engines.llm !== 'responder') {
    const engine = await createLlmEngine(config);
    await engine.warmUp();
    return { engineFor: () => engine, close: () => engine.close() };
  }
  const embedding = await createEmbeddingEngine(config);
  await embedding.warmUp();
  const responders = new Map<string, LlmEngine>();
  for (const domain of domains) {
    const responder = createResponder(domain, embedding);
    await responder.warmUp();
    responders.set(domain.name, responder);
  }
  return { engineFor: (domain: string) => responders.get(domain)!, close: () => embedding.close() };
}

async function askWorkflow(client: Client, session: string): Promise<Map<number, PastTurn>> {
  const { turns } = await client.workflow.getHandle(workflowIdOf(session)).query(transcriptQuery);
  return new Map(turns.map(({ turn, caller, heard }) => [turn, { caller, heard }]));
}
