import { Context } from '@temporalio/activity';
import type { LlmAdapterActivities } from '../types.ts';
import type { AdapterShelf } from './shelf.ts';

/** Weights may take their time to load; that the worker lives shows by this, ms. */
const HEARTBEAT_MS = 1_500;

/** The activity of one llm worker's own queue: brings its shelf in step with the plan. */
export function llmAdapterActivities(shelf: AdapterShelf): LlmAdapterActivities {
  return {
    async syncAdapters() {
      const context = Context.current();
      const heartbeat = setInterval(() => context.heartbeat(), HEARTBEAT_MS);
      try {
        return await shelf.sync();
      } finally {
        clearInterval(heartbeat);
      }
    },
  };
}
