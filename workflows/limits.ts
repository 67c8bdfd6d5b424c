import { ActivityCancellationType, type ActivityOptions } from '@temporalio/workflow';

/**
 * Every limit of a call's workflow, in one place.
 */

/**
 * A stage of an armed turn waits for the caller, so it may run long; a worker that is gone shows by its missing
 * heartbeat. TRY_CANCEL: a stage that is no longer wanted is not waited for.
 */
export const stageOptions = {
  startToCloseTimeout: '15 minutes',
  heartbeatTimeout: '30 seconds',
  cancellationType: ActivityCancellationType.TRY_CANCEL,
  retry: {
    initialInterval: '100 milliseconds',
    backoffCoefficient: 2,
    maximumInterval: '2 seconds',
    maximumAttempts: 20,
    nonRetryableErrorTypes: ['BadInput'],
  },
} satisfies ActivityOptions;

/** Of something that is waited for in the call. */
const promptly = {
  initialInterval: '100 milliseconds',
  backoffCoefficient: 2,
  maximumInterval: '1 second',
  nonRetryableErrorTypes: ['BadInput'],
} satisfies ActivityOptions['retry'];

/** A tool that the caller waits for: beyond this the bot says that it could not be done. */
export const toolOptions = {
  startToCloseTimeout: '4 seconds',
  scheduleToCloseTimeout: '8 seconds',
  retry: promptly,
} satisfies ActivityOptions;

/** Switching an adapter in a call: it is told why not rather than that it comes much later. */
export const adapterOptions = {
  startToCloseTimeout: '3 seconds',
  scheduleToCloseTimeout: '10 seconds',
  retry: promptly,
} satisfies ActivityOptions;

/** Writing a row or an event: short, and tried until the store is back (an hour at the most). */
export const recordOptions = {
  startToCloseTimeout: '10 seconds',
  scheduleToCloseTimeout: '1 hour',
  retry: {
    initialInterval: '200 milliseconds',
    backoffCoefficient: 2,
    maximumInterval: '30 seconds',
    nonRetryableErrorTypes: ['BadInput'],
  },
} satisfies ActivityOptions;

/** The same, and the recording of a call of hours is made whole. */
export const recordCallOptions = {
  ...recordOptions,
  startToCloseTimeout: '2 minutes',
} satisfies ActivityOptions;

/**
 * Placing a telephone call: Temporal does not retry it, the workflow does, since it knows whether that is safe. A
 * request takes 10 s at the most, and twice as many where Twilio's list is read first.
 */
export const dialOptions = {
  startToCloseTimeout: '25 seconds',
  scheduleToStartTimeout: '1 minute',
  retry: { maximumAttempts: 1 },
} satisfies ActivityOptions;

/** How often a call is placed of which it is not known whether it was. */
export const dialAttempts = 3;

/** How long Twilio's own news of such a call are waited for, ms; they come within a second or two. */
export const dialDoubtMs = 5_000;

/** Hanging up changes nothing when it is done again; a telephone that nobody takes stops ringing by itself. */
export const hangUpOptions = {
  startToCloseTimeout: '15 seconds',
  scheduleToCloseTimeout: '1 minute',
  retry: { initialInterval: '500 milliseconds', nonRetryableErrorTypes: ['TwilioRefused'] },
} satisfies ActivityOptions;

/** Saying goodbye is tried for this long, then the call ends without it. */
export const farewellTimeoutMs = 15_000;

/** Rows that can't be written hold a finished call open for this long at the most. */
export const recordingTimeoutMs = 3_600_000;

/**
 * A run of the workflow is continued as new after this many turns: about 30 events each, so some 4,500 of the
 * 51,200 that Temporal allows, and a replay stays short.
 */
export const turnsPerRun = 150;

/**
 * A caller who speaks so soon after each reply that no moment is quiet: after this many turns more, the next one is
 * armed only once the reply has been heard and written down, by the next run. Until then the caller's words wait.
 */
export const turnsOverdue = 10;

/** How long such a quiet moment is waited for, ms; then one more turn is taken first. */
export const quietTimeoutMs = 20_000;

/** Turns that a call carries along (about 500 bytes each); older ones are in the analytics rows. */
export const carriedTurns = 500;

/** Utterances from outside that may wait to be spoken; more are refused. */
export const waitingUtterances = 20;

/** Uses of tools that may wait for each other in a call, and uses in a turn: a reply has half as many at the most. */
export const waitingTools = 20;
export const usesPerTurn = 64;

/** One try at telling another system of an event; the next ones come after 0.5 s, 1 s, 2 s, … 1 h. */
export const deliverOptions = {
  startToCloseTimeout: '15 seconds',
  retry: { initialInterval: '500 milliseconds', backoffCoefficient: 2, maximumInterval: '1 hour' },
} satisfies ActivityOptions;

/** An event that could not be delivered for three days after it happened is given up, ms. */
export const deliverWithinMs = 3 * 86_400_000;

/** How long an event waits for those before it, ms: rows are written at least twice as often when their store is back. */
export const webhookGapMs = 60_000;

/** Without events for so long, nobody waits for a call's next one, ms; it would start another run. */
export const webhooksIdleMs = 3_600_000;
