import type { ActivityOptions } from '@temporalio/workflow';

/** Short steps in the store; a change that can't be kept within this is not made. */
export const storeOptions = {
  startToCloseTimeout: '10 seconds',
  scheduleToCloseTimeout: '30 seconds',
  retry: {
    initialInterval: '200 milliseconds',
    backoffCoefficient: 2,
    maximumInterval: '5 seconds',
    nonRetryableErrorTypes: ['BadInput'],
  },
} satisfies ActivityOptions;

/** What a failure decided has nobody waiting: it is kept as soon as the store is back. */
export const patientStoreOptions = {
  ...storeOptions,
  scheduleToCloseTimeout: '1 day',
} satisfies ActivityOptions;

/** Loading weights at one llm worker. A worker that died shows by its silence; it is not waited for. */
export const syncOptions = {
  scheduleToStartTimeout: '3 seconds',
  startToCloseTimeout: '2 minutes',
  heartbeatTimeout: '5 seconds',
  retry: { initialInterval: '200 milliseconds', maximumAttempts: 3 },
} satisfies ActivityOptions;

/** A worker that starts while adapters are loaded, or starts again, is asked in the next round. */
export const syncRounds = 8;
export const syncPauseMs = 1_000;

/** Updates whose outcomes are remembered. */
export const rememberedUpdates = 100;

/** A run is continued as new after this many changes: some 20 events each. */
export const changesPerRun = 200;
