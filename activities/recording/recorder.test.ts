import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { randomUUID } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { MediaFormat } from '../../audio/format.ts';
import { loadConfig } from '../../config/load.ts';
import { createLogger, type Logger } from '../../config/log.ts';
import { recordingPlaces, removeRecording } from '../../store/recordings.ts';
import { CallStream } from '../../stream/call-stream.ts';
import type { CallEvent } from '../../stream/events.ts';
import { StreamHub } from '../../stream/hub.ts';
import { Recorder } from './recorder.ts';

const START = 1_700_000_000_000;
const format: MediaFormat = { encoding: 'pcm16', sampleRate: 8_000 };

/** So many ms of one sample value. */
const tone = (value: number, ms: number) => Buffer.from(new Int16Array(ms * 8).fill(value).buffer);

/** What the two sides hold at these times, ms. */
function readSides(file: string) {
  const bytes = readFileSync(file);
  expect(bytes.readUInt16LE(22)).toBe(2);
  expect(bytes.readUInt32LE(40)).toBe(bytes.length - 44);
  const at = (ms: number) => 44 + ms * 8 * 4;
  return {
    caller: (ms: number) => bytes.readInt16LE(at(ms)),
    bot: (ms: number) => bytes.readInt16LE(at(ms) + 2),
    ms: (bytes.length - 44) / 32,
  };
}

describe('a recorder', () => {
  let hub: StreamHub;
  let folder: string;
  let log: Logger;
  let stream: CallStream;
  let session: string;
  beforeAll(() => {
    const config = loadConfig({ ...process.env, ORKESTRA_LOG_LEVEL: 'silent' });
    hub = new StreamHub(config.redis, () => undefined);
    log = createLogger(config, 'test');
  });
  afterAll(() => hub.close());
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'orkestra-recordings-'));
    session = `rec-${randomUUID().slice(0, 12)}`;
    stream = new CallStream(hub, session);
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const recorder = (at = folder) => new Recorder(hub.redis, at, log);
  const files = () => readdirSync(folder).sort();

  const connect = (ms: number, connection = 'c1') =>
    stream.emit({ type: 'caller.connected', at: START + ms, connection, format });

  /** Bot audio of one sample value, as one sentence. */
  const say = (utterance: string, value: number, ms: number, reply?: { turn: number; revision: number }) =>
    stream.sendOut([
      {
        header: {
          utterance,
          ...reply,
          attempt: 1,
          sentence: 0,
          text: `${utterance}.`,
          lastOfSentence: true,
          lastOfUtterance: true,
          format,
        },
        audio: tone(value, ms),
      },
    ]);

  const started = (utterance: string, ms: number): CallEvent => ({
    type: 'playback.started',
    at: START + ms,
    utterance,
  });
  const ended = (utterance: string, ms: number, playedMs: number, interrupted = false): CallEvent => ({
    type: 'playback.ended',
    at: START + ms,
    utterance,
    interrupted,
    playedMs,
    heard: `${utterance}.`,
  });

  async function speak(ms: number, audioMs: number, value: number, lengthMs = 200) {
    await stream.emit({ type: 'speech.started', at: START + ms, audioMs });
    await stream.sendIn({ audioMs, format }, tone(value, lengthMs));
  }

  const final = (turn: number, ms: number, text: string, revision = 1): CallEvent => ({
    type: 'turn.final',
    at: START + ms + 300,
    turn,
    attempt: 1,
    revision,
    text,
    speechStartedAt: START + ms,
    speechEndedAt: START + ms + 200,
    audioCursor: '0',
    engine: 'scripted',
  });

  /** 0–500 ms: the greeting, which the caller hears out. */
  async function greet() {
    await connect(0);
    await say('greeting', 100, 500);
    await stream.emit(started('greeting', 0), ended('greeting', 500, 500));
  }

  test('lays both sides where they were heard, and captions beside them', async () => {
    await greet();
    await speak(800, 700, 7);
    await stream.emit(final(1, 800, 'what is <my> balance'));
    await say('reply-1', -200, 400, { turn: 1, revision: 1 });
    await stream.emit(started('reply-1', 1_200), ended('reply-1', 1_600, 400));
    expect(await recorder().finish(session, 'disclosed')).toBe('kept');
    expect(files()).toEqual(['.calls', `${session}.vtt`, `${session}.wav`]);
    const { caller, bot, ms } = readSides(join(folder, `${session}.wav`));
    expect([bot(0), bot(499), bot(501), bot(1_199), bot(1_201), bot(1_599)]).toEqual([
      100, 100, 0, 0, -200, -200,
    ]);
    expect([caller(799), caller(801), caller(999), caller(1_001)]).toEqual([0, 7, 7, 0]);
    expect(ms).toBe(1_600);
    expect(readFileSync(join(folder, `${session}.vtt`), 'utf8')).toBe(
      [
        'WEBVTT\n',
        '00:00:00.000 --> 00:00:00.500\n<v Bot>greeting.\n',
        '00:00:00.800 --> 00:00:01.000\n<v Caller>what is &lt;my&gt; balance\n',
        '00:00:01.200 --> 00:00:01.600\n<v Bot>reply-1.\n',
      ].join('\n'),
    );
  });

  test('keeps of the bot what was heard: not what was cut off, dropped, or prepared for another hearing', async () => {
    await greet();
    await say('reply-1', -50, 1_000, { turn: 1, revision: 1 });
    await say('reply-1', -200, 1_000, { turn: 1, revision: 2 });
    await say('reply-2', 300, 1_000, { turn: 2, revision: 1 });
    await stream.emit(
      final(1, 700, 'one', 2),
      started('reply-1', 1_000),
      {
        type: 'playback.paused',
        at: START + 1_300,
        utterance: 'reply-1',
        playedMs: 300,
        words: '',
        asking: false,
      },
      { type: 'playback.resumed', at: START + 2_000, utterance: 'reply-1', fromMs: 200 },
      ended('reply-1', 2_300, 500, true),
      ended('reply-2', 2_300, 0, true),
    );
    await recorder().finish(session, 'disclosed');
    const { bot, ms } = readSides(join(folder, `${session}.wav`));
    expect([bot(1_001), bot(1_299), bot(1_301), bot(1_999), bot(2_001), bot(2_299)]).toEqual([
      -200, -200, 0, 0, -200, -200,
    ]);
    expect(ms).toBe(2_300);
  });

  test('keeps nothing that the caller said before they knew', async () => {
    await connect(0);
    await say('greeting', 100, 1_000);
    await stream.emit(started('greeting', 0));
    await speak(400, 400, 7, 800);
    await stream.emit(final(1, 400, 'hello?'), ended('greeting', 1_000, 1_000));
    await recorder().finish(session, 'disclosed');
    const { caller, bot } = readSides(join(folder, `${session}.wav`));
    expect([caller(500), caller(999), caller(1_001), caller(1_199)]).toEqual([0, 0, 7, 7]);
    expect(bot(500)).toBe(100);
    expect(readFileSync(join(folder, `${session}.vtt`), 'utf8')).not.toContain('hello');
  });

  test('goes on with a caller who comes back, and with another recorder', async () => {
    await greet();
    await speak(600, 600, 7);
    await say('reply-1', -200, 1_000, { turn: 1, revision: 1 });
    await stream.emit(final(1, 600, 'one'), started('reply-1', 1_000));
    await recorder().keep(session, 'disclosed');
    // Its gateway is gone; the next one's clock of the caller's audio begins anew.
    await connect(3_000, 'c2');
    await stream.emit(ended('reply-1', 3_000, 600, true));
    await speak(3_500, 400, 9);
    await Promise.all([recorder().keep(session, 'disclosed'), recorder().keep(session, 'disclosed')]);
    expect(await recorder().finish(session, 'disclosed')).toBe('kept');
    const { caller, bot } = readSides(join(folder, `${session}.wav`));
    expect([caller(601), caller(799), caller(801)]).toEqual([7, 7, 0]);
    expect([caller(3_499), caller(3_501), caller(3_699)]).toEqual([0, 9, 9]);
    expect([bot(1_001), bot(1_599), bot(1_601)]).toEqual([-200, -200, 0]);
  });

  test('keeps in order what came without an event between', async () => {
    await greet();
    await recorder().keep(session, 'disclosed');
    const replies = [1, 2, 3, 4];
    await stream.emit(...replies.map((turn) => final(turn, 500, `question ${turn}`)));
    for (const turn of replies) {
      await say(`reply-${turn}`, turn, 100, { turn, revision: 1 });
      await recorder().keep(session, 'disclosed');
    }
    for (const turn of replies) {
      const at = 500 + turn * 100;
      await stream.emit(started(`reply-${turn}`, at), ended(`reply-${turn}`, at + 100, 100));
    }
    expect(await recorder().finish(session, 'disclosed')).toBe('kept');
    const { bot } = readSides(join(folder, `${session}.wav`));
    expect([bot(250), ...replies.map((turn) => bot(550 + turn * 100))]).toEqual([100, ...replies]);
  });

  test('has what Redis no longer keeps', async () => {
    await greet();
    await recorder().keep(session, 'disclosed');
    await hub.redis.del(`orkestra:{${session}}:events`, `orkestra:{${session}}:out`);
    expect(await recorder().finish(session, 'disclosed')).toBe('kept');
    expect(readSides(join(folder, `${session}.wav`)).bot(250)).toBe(100);
  });

  test('finishes once, whoever asks how often', async () => {
    await greet();
    await recorder().finish(session, 'disclosed');
    const before = readFileSync(join(folder, `${session}.wav`));
    await stream.emit(started('greeting', 9_000), ended('greeting', 9_500, 500));
    await recorder().keep(session, 'disclosed');
    expect(await recorder().finish(session, 'disclosed')).toBe('kept');
    expect(readFileSync(join(folder, `${session}.wav`))).toEqual(before);
  });

  test('deletes what it has when the caller refuses, and keeps nothing after that', async () => {
    await greet();
    await recorder().keep(session, 'disclosed');
    const { pieces } = recordingPlaces(folder, session);
    expect(readdirSync(pieces)).toHaveLength(1);
    await recorder().keep(session, 'refused');
    expect(readdirSync(pieces)).toEqual(['refused']);
    // A row of before the refusal that is written late.
    await recorder().keep(session, 'disclosed');
    expect(readdirSync(pieces)).toEqual(['refused']);
    expect(await recorder().finish(session, 'refused')).toBe('refused');
    expect(files()).toEqual(['.calls']);
  });

  test('keeps nothing of a call whose caller never knew', async () => {
    await greet();
    await recorder().keep(session, 'undisclosed');
    expect(await recorder().finish(session, 'undisclosed')).toBe('undisclosed');
    expect(files()).toEqual([]);
  });

  test('says that nothing was said where no caller came', async () => {
    expect(await recorder().finish(session, 'disclosed')).toBe('nothing was said');
    expect(files()).toEqual(['.calls']);
  });

  test('goes on after a folder that could not be written for a while', async () => {
    await greet();
    const inTheWay = join(folder, 'not-a-folder');
    writeFileSync(inTheWay, '');
    await recorder(inTheWay).keep(session, 'disclosed');
    await expect(recorder(inTheWay).finish(session, 'disclosed')).rejects.toThrow('ENOTDIR');
    rmSync(inTheWay);
    expect(await recorder(inTheWay).finish(session, 'disclosed')).toBe('kept');
  });

  test('sweeps what is left of calls that did not come to their end', async () => {
    await greet();
    await recorder().keep(session, 'disclosed');
    const { pieces } = recordingPlaces(folder, session);
    await recorder().sweep();
    expect(existsSync(pieces)).toBe(true);
    const longAgo = new Date(Date.now() - 100_000_000);
    utimesSync(pieces, longAgo, longAgo);
    await recorder().sweep();
    expect(existsSync(pieces)).toBe(false);
  });

  test('leaves nothing behind of a call that is erased', async () => {
    await greet();
    await recorder().finish(session, 'disclosed');
    await removeRecording(folder, session);
    expect(files()).toEqual(['.calls']);
  });
});
