import { statSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { pathToFileURL } from 'node:url';
import type { ChatItem, LlamaContext, LlamaPackage, LlamaSequence } from './llama-package.ts';
import type { LlamaAnswer, LlamaRequest, LlamaSetup, LlamaWriting } from './llama-protocol.ts';
import { loraProblem } from './lora-fit.ts';

/** Replies that are written at once by one set of weights; others wait. */
const SEQUENCES = 2;
/** Tokens of instructions, dialogue and reply together: some 20 MB a sequence of a small model. */
const CONTEXT = { max: 2_048 };
const LONGEST_REPLY = 200;
/** Its threads wait for each other by spinning: where cores are shared, more of them are slower by far. */
const THREADS = Math.max(1, Math.floor(availableParallelism() / 2));

const setup = JSON.parse(process.argv[2]!) as LlamaSetup;
const say = (answer: LlamaAnswer) => process.connected && process.send!(answer);
// Whoever asked is gone.
process.on('disconnect', () => process.exit());

const { getLlama, LlamaChat, readGgufFileInfo } = (await import(
  pathToFileURL(setup.program).href
)) as LlamaPackage;
const quiet = { logWarnings: false } as const;
const llama = await getLlama({
  gpu: false,
  build: 'never',
  logLevel: 'error',
  progressLogs: false,
  maxThreads: THREADS,
});
const model = await llama.loadModel({ modelPath: setup.model });
const base = await readGgufFileInfo(setup.model, quiet);

/** The sequences of one set of weights; '' is the model as it is. */
interface Desk {
  context: LlamaContext;
  free: LlamaSequence[];
  waiting: (() => void)[];
}
const desks = new Map<string, Desk>();
const underWay = new Map<number, AbortController>();

async function openDesk(lora?: string): Promise<Desk> {
  const context = await model.createContext({
    contextSize: CONTEXT,
    sequences: SEQUENCES,
    threads: THREADS,
    lora,
  });
  return { context, free: Array.from({ length: SEQUENCES }, () => context.getSequence()), waiting: [] };
}

async function load({ ref, path, baseModel }: Extract<LlamaRequest, { type: 'load' }>) {
  if (desks.has(ref)) return;
  const { name } = base.metadata.general;
  if (baseModel !== name) throw new Error(`it is for another base model: ${baseModel}, and this is ${name}`);
  const info = await readGgufFileInfo(path, quiet).catch(() => {
    throw new Error('it is no GGUF file, or is cut short');
  });
  const problem = loraProblem(info, base, statSync(path).size);
  if (problem) throw new Error(problem);
  desks.set(ref, await openDesk(path));
}

async function unload(ref: string) {
  const desk = desks.get(ref);
  desks.delete(ref);
  await desk?.context.dispose();
}

async function write(id: number, { instructions, messages, decoding, weights }: LlamaWriting) {
  const desk = desks.get(weights ?? '');
  if (!desk) throw new Error(`the weights ${weights} are not loaded`);
  const abort = new AbortController();
  underWay.set(id, abort);
  try {
    while (desk.free.length === 0) await new Promise<void>((resolve) => desk.waiting.push(resolve));
    const contextSequence = desk.free.pop()!;
    const { usedOutputTokens } = contextSequence.tokenMeter;
    const chat = new LlamaChat({ contextSequence });
    try {
      if (abort.signal.aborted) return { inputTokens: 0, outputTokens: 0 };
      await chat.generateResponse(historyOf(instructions, messages), {
        signal: abort.signal,
        stopOnAbortSignal: true,
        temperature: decoding.temperature,
        topP: decoding.topP,
        maxTokens: decoding.maxTokens ?? LONGEST_REPLY,
        onTextChunk: (text) => say({ id, type: 'text', text }),
      });
    } finally {
      chat.dispose({ disposeSequence: false });
      desk.free.push(contextSequence);
      desk.waiting.shift()?.();
    }
    return {
      // What the sequence remembers of the reply before is not read again, and counts all the same.
      inputTokens: [instructions, ...messages.map(({ text }) => text)].reduce(
        (sum, text) => sum + lengthOf(text),
        0,
      ),
      outputTokens: contextSequence.tokenMeter.usedOutputTokens - usedOutputTokens,
    };
  } finally {
    underWay.delete(id);
  }
}

const lengthOf = (text: string) => model.tokenize(text).length;

function historyOf(instructions: string, messages: LlamaWriting['messages']): ChatItem[] {
  const said = messages.map(({ role, text }): ChatItem =>
    role === 'caller' ? { type: 'user', text } : { type: 'model', response: [text] },
  );
  return [{ type: 'system', text: instructions }, ...said, { type: 'model', response: [] }];
}

desks.set('', await openDesk());

/** Loading and unloading one after the other; replies beside them. */
let last: Promise<unknown> = Promise.resolve();
const inTurn = (work: () => Promise<void>) => (last = last.then(work, work));

process.on('message', (request: LlamaRequest) => {
  if (request.type === 'stop') return underWay.get(request.id)?.abort();
  const { id } = request;
  const nothing = { inputTokens: 0, outputTokens: 0 };
  const work =
    request.type === 'write'
      ? write(id, request)
      : inTurn(() => (request.type === 'load' ? load(request) : unload(request.ref))).then(() => nothing);
  work.then(
    (used) => say({ id, type: 'done', ...used }),
    (error: Error) =>
      say({ id, type: 'failed', message: error.message, retryable: request.type === 'write' }),
  );
});
