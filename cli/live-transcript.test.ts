import { beforeEach, describe, expect, test } from 'vitest';
import type { CallEvent, EventOf } from '../stream/events.ts';
import { LiveTranscript } from './live-transcript.ts';
import { asDialogue } from './render.ts';

const START = 1_700_000_000_000;
const turn = { turn: 1, attempt: 1, revision: 2 };

const connected: CallEvent = {
  type: 'caller.connected',
  at: START,
  connection: 'c1',
  format: { encoding: 'pcm16', sampleRate: 16_000 },
};
const greeting: CallEvent = {
  type: 'playback.ended',
  at: START + 3_000,
  utterance: 'greeting',
  interrupted: false,
  playedMs: 2_500,
  heard: 'Welcome.',
};
const final: EventOf<'turn.final'> = {
  type: 'turn.final',
  at: START + 5_512.4,
  text: 'What are your hours?',
  ...turn,
  speechStartedAt: START + 3_500,
  speechEndedAt: START + 5_000,
  audioCursor: '0',
  engine: 'moonshine',
};
const written: EventOf<'reply.done'> = {
  type: 'reply.done',
  at: START + 5_560,
  ...turn,
  sentences: 1,
  source: 'model',
  engine: 'responder',
  tools: [],
  inputTokens: 0,
  outputTokens: 0,
  cacheable: false,
};
const started: CallEvent = {
  type: 'playback.started',
  at: START + 65_634,
  utterance: 'reply-1',
  voiceToVoiceMs: 634.2,
};
const ended = (heard: string, interrupted = false): CallEvent => {
  return {
    type: 'playback.ended',
    at: START + 67_100,
    utterance: 'reply-1',
    interrupted,
    playedMs: 1_500,
    heard,
  };
};

let lines: string[];
const print = (line: string) => lines.push(line);
beforeEach(() => {
  lines = [];
});

function followed(events: CallEvent[], view = asDialogue(print)) {
  const transcript = new LiveTranscript(view);
  for (const event of events) transcript.add(event);
  return transcript;
}

describe('a live transcript', () => {
  test('shows what was said on both sides, with the times of each reply below it', () => {
    followed([connected, greeting, final, written, started, ended('From nine to five.')]);
    expect(lines).toEqual([
      ' 0:03.0  bot     Welcome.',
      ' 0:03.5  caller  What are your hours?',
      ' 1:05.6  bot     From nine to five.',
      '                 heard → spoken 634 ms · transcript 512 ms · responder',
    ]);
  });

  test('says so where the caller interrupted', () => {
    followed([connected, final, started, ended('From nine', true)]);
    expect(lines[1]).toBe(' 1:05.6  bot     From nine — (interrupted)');
    lines.length = 0;
    followed([connected, final, started, ended('', true)]);
    expect(lines[1]).toBe(' 1:05.6  bot     (interrupted before a word was heard)');
  });

  test('has no times for words that were typed', () => {
    const typed = { ...final, speechStartedAt: START + 5_512, speechEndedAt: START + 5_512 };
    followed([
      connected,
      typed,
      written,
      { ...started, voiceToVoiceMs: undefined },
      ended('From nine to five.'),
    ]);
    expect(lines.at(-1)).toBe('                 responder');
  });

  test('says what was heard a second time only once, and anew where it was heard differently', () => {
    const again: CallEvent = { ...final, attempt: 2, at: START + 6_000 };
    followed([connected, final, again]);
    expect(lines).toEqual([' 0:03.5  caller  What are your hours?']);
    followed([connected, final, { ...again, text: 'What are you, hours?' }]);
    expect(lines.at(-1)).toBe(' 0:03.5  caller  What are you, hours?');
  });

  test('says where the answer came from that was given, not one that was prepared before', () => {
    const stored: CallEvent = { ...written, source: 'cache', similarity: 0.97 };
    followed([connected, { ...written, revision: 1 }, final, stored, started, ended('From nine.')]);
    expect(lines.at(-1)).toBe('                 heard → spoken 634 ms · transcript 512 ms · cache 0.97');
  });

  test('keeps turns and asides as data', () => {
    const transcript = followed([
      connected,
      greeting,

      final,
      written,
      started,
      ended('From nine to five.'),
    ]);
    expect(transcript.asides).toEqual([{ utterance: 'greeting', heard: 'Welcome.', interrupted: false }]);
    expect(transcript.turns).toEqual([
      {
        turn: 1,
        caller: 'What are your hours?',
        heard: 'From nine to five.',
        interrupted: false,
        answered: true,
        source: 'model',
        engine: 'responder',
        voiceToVoiceMs: 634,
        transcriptMs: 512,
        tools: [],
      },
    ]);
  });
});
