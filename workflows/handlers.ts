import { ApplicationFailure, log, patched, setHandler } from '@temporalio/workflow';
import { z } from 'zod';
import { clipped } from '../config/schema-words.ts';
import type { LineReport } from '../call/telephone.ts';
import type { CallAdapters } from './call-adapters.ts';
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
  useAdapterPayload,
  useAdapterSignal,
  useAdapterUpdate,
  useToolPayload,
  useToolSignal,
  useToolUpdate,
} from './messages.ts';
import type { Tools } from './tools.ts';

/**
 * Opens the call to the outside. A wrong payload is rejected by an update, with the reason; by a signal, which
 * has nobody to tell, it is ignored, logged and counted. Neither can fail the call.
 */
export function receiveMessages(
  memory: CallMemory,
  { asides, tools, adapters }: { asides: Asides; tools: Tools; adapters: CallAdapters },
  call: CallControls,
) {
  setHandler(stateQuery, () => memory.state());
  setHandler(transcriptQuery, () => memory.transcript());

  setHandler(sayUpdate, (payload) => ({ utterance: asides.say(sayPayload.parse(payload).text) }), {
    validator: (...payloads) => {
      check('say', sayPayload, payloads);
      asides.assertRoom();
    },
  });
  setHandler(saySignal, (...payloads) =>
    accept(memory, 'say', sayPayload, payloads, ({ text }) => void asides.say(text)),
  );

  setHandler(useToolSignal, async (...payloads) => {
    let used: Promise<unknown> | undefined;
    accept(memory, 'useTool', useToolPayload, payloads, (use) => {
      // Where an orchestrator of the first release took it in, it was passed over.
      if (patched('tools-by-signal')) used = tools.ask(use);
    });
    await used;
  });
  // For llm workers of the first release, and for replies that its workflow armed; decision 0010 says why no other uses it.
  setHandler(useToolUpdate, (payload) => tools.use(useToolPayload.parse(payload)), {
    validator: (...payloads) => check('useTool', useToolPayload, payloads),
  });

  const configure = (patch: z.infer<typeof configurePayload>) => {
    memory.settings = { ...memory.settings, ...patch };
    call.configured();
    return memory.settings;
  };
  setHandler(configureUpdate, (payload) => configure(configurePayload.parse(payload)), {
    validator: (...payloads) => check('configure', configurePayload, payloads),
  });
  setHandler(
    useAdapterUpdate,
    async (payload) => ({ adapter: await adapters.use(useAdapterPayload.parse(payload).adapter) }),
    { validator: (...payloads) => check('useAdapter', useAdapterPayload, payloads) },
  );
  setHandler(useAdapterSignal, async (...payloads) => {
    const read = readPayload('useAdapter', useAdapterPayload, payloads);
    const switched =
      'problem' in read
        ? read.problem
        : adapters.use(read.payload.adapter).then(
            () => undefined,
            (error: Error) => error.message,
          );
    ignoreIf(await switched, memory, 'useAdapter');
  });
  setHandler(configureSignal, (...payloads) =>
    accept(memory, 'configure', configurePayload, payloads, configure),
  );

  const end = ({ reason }: z.infer<typeof endPayload>) => call.end(reason);
  setHandler(
    endUpdate,
    (payload) => {
      end(endPayload.parse(payload ?? {}));
      return { phase: memory.phase };
    },
    { validator: (...payloads) => check('end', endPayload, orEmpty(payloads)) },
  );
  setHandler(stagesLostSignal, (...payloads) =>
    accept(memory, 'stagesLost', stagesLostPayload, payloads, ({ activityIds }) =>
      call.restartStages(activityIds),
    ),
  );
  setHandler(lineSignal, (...payloads) => accept(memory, 'line', linePayload, payloads, call.line));
  setHandler(endSignal, (...payloads) => accept(memory, 'end', endPayload, orEmpty(payloads), end));
}

/** What messages can make a call do, beside speaking. */
interface CallControls {
  end(reason: string): void;
  configured(): void;
  restartStages(activityIds: string[]): void;
  line(report: LineReport): void;
}

/** Goodbye needs no words of its own. */
const orEmpty = ([payload, ...more]: unknown[]) => [payload ?? {}, ...more];

/** Throws where a message does not carry one payload, and one that its schema takes. */
function check(message: string, schema: z.ZodType, payloads: unknown[]) {
  const read = readPayload(message, schema, payloads);
  if ('problem' in read) throw ApplicationFailure.nonRetryable(read.problem, 'BadInput');
}

function accept<T>(
  memory: CallMemory,
  message: string,
  schema: z.ZodType<T>,
  payloads: unknown[],
  act: (payload: T) => void,
) {
  const read = readPayload(message, schema, payloads);
  const problem = 'problem' in read ? read.problem : attempt(() => act(read.payload));
  ignoreIf(problem, memory, message);
}

function ignoreIf(problem: string | undefined, memory: CallMemory, message: string) {
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

function readPayload<T>(
  message: string,
  schema: z.ZodType<T>,
  [payload, ...more]: unknown[],
): { payload: T } | { problem: string } {
  if (more.length > 0) return { problem: `“${message}” takes one payload, not ${more.length + 1}` };
  const result = schema.safeParse(payload);
  if (result.success) return { payload: result.data };
  const issues = result.error.issues.map(
    ({ path, message }) => `${clipped(path.join('.')) || 'payload'}: ${message}`,
  );
  return { problem: `“${message}” was not understood: ${issues.join('; ')}` };
}
