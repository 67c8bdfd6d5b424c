import { ApplicationFailure } from '@temporalio/activity';
import { type MediaFormat, mediaFormatSchema } from '../../audio/format.ts';
import type { Domain } from '../../domains/domain.ts';
import { domains, findDomain } from '../../domains/registry.ts';
import type { TtsEngine } from '../../engines/tts/engine.ts';
import type { CallEvent, Placed } from '../../stream/events.ts';
import { formatKey } from '../../stream/keys.ts';
import { Stage, type StageDeps } from '../stage.ts';
import type { SpeakInput, SpeakResult, SpeechSource, TtsActivities } from '../types.ts';
import { sentencesOut } from './already-out.ts';
import { PreparedSpeech, speechIn } from './prepared.ts';
import { Utterance, type Voice } from './utterance.ts';

export interface SpeakDeps extends StageDeps {
  engine: TtsEngine;
  prepared: PreparedSpeech;
}

/** The activity of the tts workers: speaks one utterance and tells what the caller heard of it. */
export function ttsActivities(deps: SpeakDeps): TtsActivities {
  return {
    speak: (input: SpeakInput) =>
      Stage.run<SpeakResult>(deps, input, workOf(input), async (stage) => {
        const text = textOf(input);
        let utterance: Utterance | undefined;
        const early: Placed<CallEvent>[] = [];
        let formatKnown!: (format: MediaFormat) => void;
        const format = new Promise<MediaFormat>((resolve) => (formatKnown = resolve));
        await stage.onEvents(input.cursor, (event) => {
          if (event.type === 'caller.connected') formatKnown(event.format);
          const isOwnStart = ({ type, ...past }: CallEvent) =>
            type === 'playback.started' && 'utterance' in past && past.utterance === input.utterance;
          // What an earlier attempt had spoken by then is told below.
          if (event.type === 'call.ended' && !utterance && !early.some(isOwnStart))
            stage.finish({ kind: 'unheard' });
          if (utterance) utterance.onEvent(event);
          else early.push(event);
        });
        const known = await deps.hub.redis.get(formatKey(input.session));
        if (known) formatKnown(mediaFormatSchema.parse(JSON.parse(known)));
        const socketFormat = await format;
        const alreadyOut = stage.isRetry ? await sentencesOut(stage.stream, input.utterance) : () => 0;
        const engines = new Set<string>();
        const { name } = deps.engine;
        const spokenBy = () => ({
          engine: [...engines].join(', ') || name,
          ...([...engines].some((other) => other !== name) && { fallback: true }),
        });
        const voice = voiceOf(deps, input, socketFormat, (name) => engines.add(name));
        utterance = new Utterance(stage, input, spokenBy, voice, socketFormat, text, alreadyOut);
        stage.guard(() => {
          for (const event of early) utterance!.onEvent(event);
          utterance!.goLive();
        });
      }),
  };
}

/** Makes every domain's prompts beforehand, in the formats that callers' sockets usually have. */
export async function prepareSpeech(prepared: PreparedSpeech, voice: string): Promise<void> {
  const formats: MediaFormat[] = [
    { encoding: 'mulaw', sampleRate: 8_000 },
    { encoding: 'pcm16', sampleRate: 16_000 },
  ];
  for (const { greeting, idlePrompts, farewell, apology, voicemail } of domains) {
    for (const text of [greeting, ...idlePrompts, farewell, apology, voicemail]) {
      for (const format of formats) await prepared.get(format, { text, voice, speed: 1 });
    }
  }
}

const workOf = ({ utterance, source }: SpeakInput) => ({
  work: `speak-${utterance}`,
  turn: 'turn' in source ? source.turn : undefined,
});

function voiceOf(
  deps: SpeakDeps,
  input: SpeakInput,
  format: MediaFormat,
  onEngine: (name: string) => void,
): Voice {
  const { voice, speed } = input.settings;
  if (!('prompt' in input.source)) {
    return (text, neededInMs, signal) =>
      speechIn(format, deps.engine, { text, voice, speed, neededInMs, onEngine }, signal);
  }
  return async function* (text) {
    yield await deps.prepared.get(format, { text, voice, speed });
  };
}

function textOf({ source, domain: name }: SpeakInput): string | undefined {
  if ('turn' in source) return undefined;
  if ('text' in source) return source.text;
  const domain = findDomain(name);
  if (!domain) throw ApplicationFailure.nonRetryable(`no domain is called ${name}`, 'BadInput');
  return promptOf(domain, source);
}

function promptOf(domain: Domain, { prompt, nth }: Extract<SpeechSource, { prompt: string }>): string {
  if (prompt !== 'idle') return domain[prompt];
  const { idlePrompts } = domain;
  return idlePrompts[Math.min(nth, idlePrompts.length - 1)]!;
}
