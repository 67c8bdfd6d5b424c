import { ApplicationFailure, log, setHandler } from '@temporalio/workflow';
import { z } from 'zod';
import type { LineReport } from '../call/telephone.ts';
import type { Asides } from './asides.ts';
import type { CallMemory } from './memory.ts';
import {
  configurePayload,
  configureSignal,
  configureUpdate,
  endPayload,
  endSignal,
  endUpdate,
  linePayload,
  lineSignal,
  sayPayload,
  saySignal,
  sayUpdate,
  stagesLostPayload,
  stagesLostSignal,
  stateQuery,
  transcriptQuery,
  useToolPayload,
  useToolUpdate,
} from './messages.ts';
import type { Tools } from './tools.ts';

/**
 * Opens the call to the outside. A wrong payload is rejected by an update, with the reason; by a signal, which
 * has nobody to tell, it is ignored, logged and counted. Neither can fail the call.
 */
export function receiveMessages(memory: CallMemory, asides: Asides, tools: Tools, call: CallControls) {
  setHandler(stateQuery, () => memory.state());
  setHandler(transcriptQuery, () => memory.transcript());

  setHandler(sayUpdate, (payload) => ({ utterance: asides.say(sayPayload.parse(payload).text) }), {
    validator: (payload) => {
      check('say', sayPayload, payload);
      asides.assertRoom();
    },
  });
  setHandler(saySignal, (payload) =>
    accept(memory, 'say', sayPayload, payload, ({ text }) => void asides.say(text)),
  );

  setHandler(useToolUpdate, (payload) => tools.use(useToolPayload.parse(payload)), {
    validator: (payload) => check('useTool', useToolPayload, payload),
  });

  const configure = (patch: z.infer<typeof configurePayload>) => {
    memory.settings = { ...memory.settings, ...patch };
    call.configured();
    return memory.settings;
  };
  setHandler(configureUpdate, (payload) => configure(configurePayload.parse(payload)), {
    validator: (payload) => check('configure', configurePayload, payload),
  });
  setHandler(configureSignal, (payload) => accept(memory, 'configure', configurePayload, payload, configure));

  const end = ({ reason }: z.infer<typeof endPayload>) => call.end(reason);
  setHandler(
    endUpdate,
    (payload) => {
      end(endPayload.parse(payload ?? {}));
      return { phase: memory.phase };
    },
    { validator: (payload) => check('end', endPayload, payload ?? {}) },
  );
  setHandler(stagesLostSignal, (payload) =>
    accept(memory, 'stagesLost', stagesLostPayload, payload, ({ activityIds }) =>
      call.restartStages(activityIds),
    ),
  );
  setHandler(lineSignal, (payload) => accept(memory, 'line', linePayload, payload, call.line));
  setHandler(endSignal, (payload) => accept(memory, 'end', endPayload, payload ?? {}, end));
}

/** What messages can make a call do, beside speaking. */
interface CallControls {
  end(reason: string): void;
  configured(): void;
  restartStages(activityIds: string[]): void;
  line(report: LineReport): void;
}

function check(message: string, schema: z.ZodType, payload: unknown) {
  const result = schema.safeParse(payload);
  if (!result.success) throw ApplicationFailure.nonRetryable(explain(message, result.error), 'BadInput');
}

function accept<T>(
  memory: CallMemory,
  message: string,
  schema: z.ZodType<T>,
  payload: unknown,
  act: (payload: T) => void,
) {
  const result = schema.safeParse(payload);
  const problem = result.success ? attempt(() => act(result.data)) : explain(message, result.error);
  if (problem === undefined) return;
  memory.rejectedSignals += 1;
  log.warn('a signal was ignored', { message, problem });
}

function attempt(act: () => void): string | undefined {
  try {
    act();
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

const explain = (message: string, error: z.ZodError) =>
  `“${message}” was not understood: ${error.issues
    .map((issue) => `${issue.path.join('.') || 'payload'}: ${issue.message}`)
    .join('; ')}`;
