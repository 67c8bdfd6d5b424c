import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { workflowIdOf } from '../call/request.ts';
import { transcriptQuery } from '../workflows/messages.ts';
import { System } from './system.ts';

/** Kills processes under live calls, as a crash would; the supervisor starts them again. Callers type. */
describe('a call that loses a worker', () => {
  let system: System;
  beforeAll(async () => {
    system = await System.start({
      ORKESTRA_STT: 'scripted',
      ORKESTRA_LLM: 'scripted',
      ORKESTRA_TTS: 'scripted',
      ORKESTRA_EMBEDDING: 'scripted',
    });
  });
  afterAll(() => system.stop());

  const settle = async (session: string) => {
    const handle = system.temporal.client.workflow.getHandle(workflowIdOf(session));
    const summary = await handle.result();
    return { summary, ...(await handle.query(transcriptQuery)) };
  };

  test.each(['orchestrator', 'stt', 'llm', 'tts', 'analytics'] as const)(
    'goes on when %s dies between two turns, with nothing lost and nothing said twice',
    async (name) => {
      const before = system.workers.pids()[name]!;
      const lines = ['one', 'two'];
      const session = system.newSession();
      const call = system.call(lines, session);
      await turnsIn(session, 1);
      process.kill(before, 'SIGKILL');
      const placed = await call;
      expect(placed.answered).toBe(lines.length);
      const { turns, summary } = await settle(session);
      expect(summary).toMatchObject({ turns: 2 });
      expect(turns.map((turn) => turn.caller)).toEqual(lines);
      for (const { heard, answer } of turns) expect(heard).toBe(answer);
      expect(system.workers.pids()[name]).not.toBe(before);
    },
  );

  /** Waits until the workflow remembers so many turns. */
  async function turnsIn(session: string, count: number) {
    const handle = system.temporal.client.workflow.getHandle(workflowIdOf(session));
    for (;;) {
      const found = await handle.query(transcriptQuery).catch(() => undefined);
      if (found && found.turns.length >= count) return;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
});
