import { join } from 'node:path';
import { callSettingsSchema } from '../call/settings.ts';
import { packageRoot } from '../config/package.ts';
import type { StackInfo } from '../deploy/local/running-stack.ts';
import { readUtterances } from './caller-recording.ts';
import { connectTemporal } from './connect-temporal.ts';
import { isComplete, placeCall, summary } from './place-call.ts';
import { findPlaces } from './places.ts';
import type { CallerLine } from './play-call.ts';
import { asDialogue } from './render.ts';

const RECORDING = join(packageRoot, 'test', 'recordings', 'demo-caller.wav');
/** The utterance that cuts the bot short, and how far into the reply before it, ms: in its second sentence. */
const INTERRUPTION = { utterance: 3, afterMs: 4_000 };

/** What the demonstration caller says. */
export async function demoLines(): Promise<CallerLine[]> {
  const { utterance, afterMs } = INTERRUPTION;
  const utterances = await readUtterances(RECORDING);
  return utterances.map((speech, i) => (i + 1 === utterance ? { speech, afterMs } : speech));
}

/**
 * Places the demonstration call on a local stack, `print`ing the transcript as it grows and where to look afterwards.
 * Returns whether every utterance was heard and answered, and the one that interrupts did. Throws CliError.
 */
export async function placeDemoCall(
  stack: StackInfo,
  print: (line: string) => void,
  signal: AbortSignal,
): Promise<boolean> {
  const lines = await demoLines();
  const places = findPlaces(stack);
  const temporal = await connectTemporal(places);
  try {
    const session = `demo-${Date.now().toString(36)}`;
    print('');
    print(
      `A demonstration call, session ${session}: a recorded caller asks about a loan, and interrupts once.`,
    );
    const settings = callSettingsSchema.parse({});
    const request = { session, domain: 'banking', origin: 'cli', settings } as const;
    const call = await placeCall(places, temporal, request, lines, asDialogue(print), signal);
    print('');
    for (const line of summary(call)) print(line);
    return isComplete(call);
  } finally {
    await temporal.close();
  }
}
