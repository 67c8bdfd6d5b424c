import { defaultPayloadConverter } from '@temporalio/common';
import type { WorkflowHandle } from '@temporalio/client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { EngineError } from '../engines/error.ts';
import type { FallbackEvent } from '../engines/fallback.ts';
import { withFallback as withSecondLlm } from '../engines/llm/fallback.ts';
import { withFallback as withSecondStt } from '../engines/stt/fallback.ts';
import { createScriptedStt } from '../engines/stt/scripted.ts';
import { withFallback as withSecondTts } from '../engines/tts/fallback.ts';
import { createScriptedTts } from '../engines/tts/scripted.ts';
import { transcriptQuery } from '../workflows/messages.ts';
import { CallLab, echoLlm } from './call-lab.ts';

/** Whether the first engines are. */
let down = false;
const events: FallbackEvent[] = [];
const policy = { slowMs: 5_000, report: (event: FallbackEvent) => events.push(event) };
const failure = (engine: string) => new EngineError(engine, 'is down', { retryable: true });

function recognisers() {
  const first = createScriptedStt(['what is my balance', 'when do you open']);
  const mortal = {
    ...first,
    name: 'first-stt',
    open(options: Parameters<typeof first.open>[0]) {
      if (down) throw failure('first-stt');
      return first.open(options);
    },
  };
  return withSecondStt(mortal, { ...createScriptedStt(['tell me the rate']), name: 'second-stt' }, policy);
}

function models() {
  const mortal = {
    ...echoLlm,
    name: 'first-llm',
    async *reply(...[request, signal]: Parameters<typeof echoLlm.reply>) {
      if (down) throw failure('first-llm');
      yield* echoLlm.reply(request, signal);
    },
  };
  return withSecondLlm(mortal, { ...echoLlm, name: 'second-llm' }, policy);
}

function voices() {
  const first = createScriptedTts();
  const mortal = {
    ...first,
    name: 'first-tts',
    async *synthesize(...[request, signal]: Parameters<typeof first.synthesize>) {
      if (down) throw failure('first-tts');
      yield* first.synthesize(request, signal);
    },
  };
  return withSecondTts(mortal, { ...createScriptedTts(), name: 'second-tts' }, policy);
}

/** The engines that an activity's results name, in the order of the turns. */
async function enginesOf(handle: WorkflowHandle, activity: string): Promise<string[]> {
  const { events: history } = await handle.fetchHistory();
  const scheduled = new Map(
    history!.flatMap(({ eventId, activityTaskScheduledEventAttributes: attributes }) =>
      attributes ? [[String(eventId), attributes.activityType!.name!] as const] : [],
    ),
  );
  return history!.flatMap(({ activityTaskCompletedEventAttributes: attributes }) => {
    if (!attributes || scheduled.get(String(attributes.scheduledEventId)) !== activity) return [];
    const result = defaultPayloadConverter.fromPayload<{ engine?: string; heard?: string }>(
      attributes.result!.payloads![0]!,
    );
    return result.engine ? [result.engine] : [];
  });
}

describe('a call whose engines die in the middle of it', () => {
  let lab: CallLab;
  beforeAll(async () => {
    lab = await CallLab.open({ stt: recognisers(), llm: models(), tts: voices() });
  });
  afterAll(() => lab.close());

  test('goes on with the second ones in that turn, and with the first ones when they are back', async () => {
    const { handle, caller } = await lab.start();
    await caller.connect();
    await caller.untilHeard('greeting');
    await caller.speak();
    await caller.untilHeard('reply-1');
    down = true;
    await caller.speak();
    await caller.untilHeard('reply-2');
    down = false;
    await caller.speak();
    await caller.untilHeard('reply-3');
    await caller.hangUp();
    await handle.result();

    const { turns } = await handle.query(transcriptQuery);
    expect(turns.map(({ source, engine, heard }) => [source, engine, heard])).toEqual([
      ['model', 'first-llm', 'You said what is my balance'],
      ['model', 'second-llm', 'You said tell me the rate'],
      ['model', 'first-llm', 'You said when do you open'],
    ]);
    expect(await enginesOf(handle, 'listen')).toEqual(['first-stt', 'second-stt', 'first-stt']);
    const spokenBy = await enginesOf(handle, 'speak');
    expect(spokenBy.slice(1)).toEqual(['first-tts', 'second-tts', 'first-tts']);
    expect(events.map(({ first, type }) => `${first} ${type}`).sort()).toEqual([
      'first-llm took-over',
      'first-stt took-over',
      'first-tts took-over',
    ]);
    caller.leave();
  });
});
