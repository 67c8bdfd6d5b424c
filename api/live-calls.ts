import {
  type Client,
  isGrpcServiceError,
  ServiceError,
  WorkflowExecutionAlreadyStartedError,
  WorkflowNotFoundError,
  WorkflowUpdateFailedError,
  WorkflowUpdateRPCTimeoutOrCancelledError,
} from '@temporalio/client';
import type { QueryDefinition, UpdateDefinition } from '@temporalio/common';
import { type CallRequest, workflowIdOf } from '../call/request.ts';
import { callStart } from '../workflows/start-options.ts';
import { Problem } from './problem.ts';

/** A request of Temporal's takes a few ms; where Temporal is away, this long, ms. */
export const REQUEST_MS = 3_000;
/** An orchestrator that has to replay a long call answers within this, ms. */
const ANSWER_MS = 10_000;
/** gRPC status codes. */
const INVALID_ARGUMENT = 3;

/** Calls, as their workflows in Temporal. Every method throws Problem where it can't be done. */
export class LiveCalls {
  constructor(
    private readonly client: Client,
    private readonly taskQueuePrefix: string,
  ) {}

  /**
   * Starts a call. `startedBy` names the request: when it comes again, the call that it started is taken for its
   * answer; any other call of this session is a conflict.
   */
  async start(request: CallRequest, dial: boolean, startedBy: string): Promise<void> {
    const options = { ...callStart(request, this.taskQueuePrefix, dial), memo: { startedBy } };
    try {
      await this.ask(REQUEST_MS, () => this.client.workflow.start('call', options));
    } catch (error) {
      if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
      const { memo } = await this.describe(request.session);
      if (memo?.startedBy === startedBy) return;
      throw new Problem(
        'conflict',
        'A call of this session runs or ran: a session names one call for ever, so take another.',
      );
    }
  }

  /** Asks a call, running or over. */
  async query<T>(session: string, query: QueryDefinition<T>): Promise<T> {
    try {
      return await this.ask(ANSWER_MS, () => this.handle(session).query(query));
    } catch (error) {
      if (error instanceof WorkflowNotFoundError) throw unknownCall();
      throw error;
    }
  }

  /** Has a running call do something. The same `updateId` is done once, and answered the same way again. */
  async update<T, P>(
    session: string,
    update: UpdateDefinition<T, [P]>,
    payload: P,
    updateId?: string,
  ): Promise<T> {
    const handle = this.handle(session);
    try {
      return await this.ask(ANSWER_MS, () => handle.executeUpdate(update, { args: [payload], updateId }));
    } catch (error) {
      if (error instanceof WorkflowUpdateFailedError) throw refused(error);
      if (!(error instanceof WorkflowNotFoundError)) throw error;
    }
    // It is over: what was done under this id before it ended still has its answer.
    if (updateId !== undefined) {
      const before = handle.getUpdateHandle<T>(updateId);
      const answer = await this.ask(REQUEST_MS, () => before.result()).then(
        (value) => ({ value }),
        () => undefined,
      );
      if (answer) return answer.value;
    }
    await this.describe(session);
    throw new Problem('conflict', 'This call is over: there is nothing left to steer.');
  }

  /** Runs requests of Temporal's within a time. Throws what Temporal says about the call, and Problem for the rest. */
  async ask<T>(ms: number, request: () => Promise<T>): Promise<T> {
    try {
      return await this.client.withDeadline(Date.now() + ms, request);
    } catch (error) {
      throw explained(error);
    }
  }

  private async describe(session: string) {
    try {
      return await this.ask(REQUEST_MS, () => this.handle(session).describe());
    } catch (error) {
      if (error instanceof WorkflowNotFoundError) throw unknownCall();
      throw error;
    }
  }

  private readonly handle = (session: string) => this.client.workflow.getHandle(workflowIdOf(session));
}

const unknownCall = () =>
  new Problem('unknown', 'There is no call of this session: GET /v1/calls lists those that there are.');

/** What is wrong with a payload was told before it was sent: this is about how the call stands. */
const refused = ({ cause }: WorkflowUpdateFailedError) =>
  new Problem('conflict', cause?.message ?? 'The call refused.');

/** An error of Temporal's as a problem; any other as it is. */
export function explained(error: unknown): unknown {
  if (error instanceof WorkflowUpdateRPCTimeoutOrCancelledError) {
    return new Problem(
      'unavailable',
      `The call did not answer within ${ANSWER_MS / 1_000} s: send the request again with the same Idempotency-Key, and it is not done twice.`,
      {},
      { cause: error },
    );
  }
  const grpc = error instanceof ServiceError ? error.cause : error;
  if (!isGrpcServiceError(grpc)) return error;
  if (grpc.code === INVALID_ARGUMENT) {
    return new Problem(
      'unknown',
      'There is no such page: take pageToken from the page before.',
      {},
      { cause: error },
    );
  }
  return new Problem(
    'unavailable',
    'Temporal does not answer: calls go on as soon as it is back, try again in a moment.',
    {},
    { cause: error },
  );
}
