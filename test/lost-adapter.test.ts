import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type AdapterControl, adapterControl } from '../api/adapters.ts';
import { workflowIdOf } from '../call/request.ts';
import { transcriptQuery } from '../workflows/messages.ts';
import { ChatServer, says } from './contracts/chat-server.ts';
import { System } from './system.ts';

/** Kills processes between the loading of LoRA weights and their use, as a crash would. Callers type. */
describe('a loaded adapter', () => {
  const endpoint = new ChatServer();
  let system: System;
  let control: AdapterControl;
  beforeAll(async () => {
    system = await System.start({
      ORKESTRA_STT: 'scripted',
      ORKESTRA_TTS: 'scripted',
      ORKESTRA_EMBEDDING: 'scripted',
      ORKESTRA_LLM: 'openai',
      OPENAI_BASE_URL: await endpoint.start(),
      OPENAI_MODEL: 'base',
    });
    endpoint.answerWith(says('With pleasure.'));
    const { config } = system.places;
    control = adapterControl(system.temporal.client, config.temporal.taskQueuePrefix);
  });
  afterAll(async () => {
    await system?.stop();
    await endpoint.stop();
  });

  const create = async () => {
    const weights = { engine: 'openai', baseModel: 'base', weights: '/adapters/x' } as const;
    const name = `lora-${randomUUID().slice(0, 6)}`;
    return (await control.create({ kind: 'lora', name, ...weights })).adapter;
  };
  const kill = (name: 'llm' | 'orchestrator') => process.kill(system.workers.pids()[name]!, 'SIGKILL');

  test('is loaded again by a worker that comes after one that died, and still answers', async () => {
    const adapter = await create();
    expect(await control.load(adapter)).toMatchObject({ adapter, workers: 1 });
    await control.activate({ adapter });
    kill('llm');
    kill('orchestrator');
    // As if the endpoint had died too: who needs the weights has to bring them.
    endpoint.adapters.clear();
    const session = system.newSession();
    const call = await system.call(['one', 'two'], session, { cache: false });
    expect(call.answered).toBe(2);
    const { turns } = await system.temporal.client.workflow
      .getHandle(workflowIdOf(session))
      .query(transcriptQuery);
    expect(turns.map(({ adapter: by, heard }) => [by, heard])).toEqual([
      [adapter, 'With pleasure.'],
      [adapter, 'With pleasure.'],
    ]);
    expect([...endpoint.adapters.keys()]).toEqual([adapter]);
    expect(endpoint.requests.map(({ model }) => model)).toEqual([adapter, adapter]);
    const { active } = await control.state();
    expect(active.banking).toEqual({ base: adapter });
  });

  test('is loaded also where a worker dies at that moment', async () => {
    const adapter = await create();
    kill('llm');
    expect(await control.load(adapter)).toMatchObject({ adapter, workers: 1 });
    expect(endpoint.adapters.has(adapter)).toBe(true);
    expect((await control.state()).loaded).toContain(adapter);
  });
});
