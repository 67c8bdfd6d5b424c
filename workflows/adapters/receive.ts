import { ApplicationFailure, currentUpdateInfo, log, setHandler } from '@temporalio/workflow';
import { z } from 'zod';
import { newAdapterSchema } from '../../call/adapter.ts';
import type { AdapterBoard } from './board.ts';
import type { Control } from './control.ts';
import { rememberedUpdates } from './limits.ts';
import {
  activatePayload,
  activateUpdate,
  type ActivateOutcome,
  adapterFailedPayload,
  adapterFailedSignal,
  type AdapterOutcome,
  adapterPayload,
  adaptersQuery,
  type CarriedControl,
  createUpdate,
  loadUpdate,
  rollbackPayload,
  rollbackUpdate,
  unloadUpdate,
} from './messages.ts';

/** Opens the control workflow to the outside: each change waits for those before it. */
export function receiveChanges(board: AdapterBoard, control: Control, done: CarriedControl['done']) {
  const changes = { count: 0, underWay: 0, done };
  let last: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    changes.count += 1;
    changes.underWay += 1;
    const result = last.then(work);
    last = result.then(
      () => (changes.underWay -= 1),
      () => (changes.underWay -= 1),
    );
    return result;
  };
  const once = <T extends AdapterOutcome | ActivateOutcome>(work: () => Promise<T>): Promise<T> => {
    const id = currentUpdateInfo()!.id;
    return inTurn(async () => {
      const known = changes.done.find((one) => one.id === id);
      if (known) return known.outcome as T;
      const outcome = await work();
      changes.done = [...changes.done, { id, outcome }].slice(-rememberedUpdates);
      return outcome;
    });
  };

  setHandler(adaptersQuery, () => board.state());
  setHandler(createUpdate, (payload) => once(() => control.create(newAdapterSchema.parse(payload))), {
    validator: (payload) => check(newAdapterSchema, payload),
  });
  setHandler(loadUpdate, ({ adapter }) => once(() => control.load(adapter)), {
    validator: (payload) => check(adapterPayload, payload),
  });
  setHandler(unloadUpdate, ({ adapter }) => once(() => control.unload(adapter)), {
    validator: (payload) => check(adapterPayload, payload),
  });
  setHandler(
    activateUpdate,
    (payload) => {
      const { adapter, domain, percent } = activatePayload.parse(payload);
      return once(() => control.activate(adapter, domain, percent));
    },
    { validator: (payload) => check(activatePayload, payload) },
  );
  setHandler(
    rollbackUpdate,
    (payload) => once(() => control.rollback(rollbackPayload.parse(payload ?? {}).domain)),
    { validator: (payload) => check(rollbackPayload, payload ?? {}) },
  );
  setHandler(adapterFailedSignal, async (payload) => {
    const result = adapterFailedPayload.safeParse(payload);
    if (result.success) await inTurn(() => control.onFailed(result.data));
    else log.warn('a signal was ignored', { problem: z.prettifyError(result.error) });
  });
  return changes;
}

function check(schema: z.ZodType, payload: unknown) {
  const result = schema.safeParse(payload);
  if (result.success) return;
  const problems = result.error.issues.map(
    ({ path, message }) => `${path.join('.') || 'payload'}: ${message}`,
  );
  throw ApplicationFailure.nonRetryable(`This was not understood: ${problems.join('; ')}.`, 'BadInput');
}
