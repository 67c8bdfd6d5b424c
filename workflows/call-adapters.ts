import { ActivityFailure, ApplicationFailure, getExternalWorkflowHandle, log } from '@temporalio/workflow';
import type { SwitchInput } from '../activities/types.ts';
import { DEFAULT_ADAPTER } from '../call/adapter.ts';
import { callAdapters } from './activities.ts';
import { adapterControlIdOf, adapterFailedSignal } from './adapters/messages.ts';
import type { CallMemory } from './memory.ts';
import type { AdapterTrouble } from './messages.ts';

/**
 * Which adapter answers in a call. A switch reaches the stages that stand ready by the call's stream, and those that
 * are armed later by their input; see decision 0017.
 */
export class CallAdapters {
  underWay = 0;

  constructor(private readonly memory: CallMemory) {}

  /** Answers with `adapter` from the next turn on; returns its ref. Rejects with the reason where it can't be had. */
  use(adapter: string): Promise<string> {
    return this.switch((input) => callAdapters().useAdapter({ ...input, adapter }));
  }

  /** Gives a new call what is active for it. Never rejects: a call without a choice has the model as it is. */
  async choose() {
    await this.switch((input) => callAdapters().chooseAdapter(input)).catch((error: unknown) =>
      log.warn('no adapter was chosen', { error: String(error) }),
    );
  }

  /** After a turn that the adapter could not answer: the call goes back to the one before, and says so. */
  async rollBack(trouble: AdapterTrouble) {
    const { memory } = this;
    const { adapter, reason, turn } = trouble;
    log.warn('an adapter failed and is rolled back', { adapter, reason, turn });
    memory.adapterTrouble = trouble;
    const { session } = memory.request;
    const control = getExternalWorkflowHandle(adapterControlIdOf(memory.taskQueuePrefix));
    const told = control
      .signal(adapterFailedSignal, { adapter, reason, session, turn })
      .catch((error: unknown) => log.warn('nobody was told of a failed adapter', { error: String(error) }));
    if (memory.adapter === adapter) {
      const before = memory.adapterBefore === adapter ? DEFAULT_ADAPTER : memory.adapterBefore;
      await this.use(before)
        .catch(() => this.use(DEFAULT_ADAPTER))
        .catch((error: unknown) => log.warn('the adapter stays', { error: String(error) }));
      memory.adapterBefore = DEFAULT_ADAPTER;
    }
    await told;
  }

  private async switch(ask: (input: SwitchInput) => Promise<{ adapter: string }>): Promise<string> {
    const { memory } = this;
    const { session, domain } = memory.request;
    const deployment = memory.taskQueuePrefix;
    const nth = (memory.adapterAsks += 1);
    const input = { session, domain, deployment, nth, acceptedAt: Date.now() };
    const armed = memory.turn;
    this.underWay += 1;
    try {
      const { adapter } = await ask(input);
      if (nth < memory.adapterNth) return adapter;
      if (adapter !== memory.adapter) memory.adapterBefore = memory.adapter;
      memory.adapter = adapter;
      memory.adapterNth = nth;
      // A turn that was armed meanwhile has the old one, and may begin after the news in the stream.
      if (memory.turn !== armed) await callAdapters().useAdapter({ ...input, adapter });
      return adapter;
    } catch (error) {
      if (!(error instanceof ActivityFailure)) throw error;
      throw ApplicationFailure.nonRetryable(error.cause?.message ?? error.message, 'BadInput');
    } finally {
      this.underWay -= 1;
    }
  }
}
