import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { readWav, writeWav } from '../../audio/wav.ts';
import { packageRoot } from '../../config/package.ts';
import { orkestra } from '../testing/captured-run.ts';

const hours = join(packageRoot, 'test', 'recordings', 'hours.wav');
const folder = mkdtempSync(join(tmpdir(), 'orkestra-engines-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const file = (name: string) => join(folder, name);

describe('stt-test', () => {
  test('tells what the recogniser understood, when, and how well', async () => {
    const { code, stdout, stderr } = await orkestra([
      'stt-test',
      hours,
      '--engine',
      'moonshine',
      '--reference',
      'What are your opening hours?',
    ]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^moonshine, ready after \d+ ms, hears 2\.\d s:\n/);
    expect(stdout).toMatch(/\n +\d\.\d\d s {2}What/);
    expect(stdout).toMatch(/transcript: What are your opening hours\?/);
    expect(stdout).toMatch(/\d+ ms from the end of the audio; real-time factor \d/);
    expect(stdout).toMatch(/word error rate 0\.0 %/);
  });

  test('gives the same as JSON', async () => {
    const args = ['stt-test', hours, '--engine', 'scripted', '--reference', 'what is her balance', '--json'];
    const { code, stdout } = await orkestra(args);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      engine: 'scripted',
      audioSeconds: expect.any(Number),
      text: 'what is my balance',
      partials: [{ atMs: expect.any(Number), text: 'what is my balance' }],
      finalMs: expect.any(Number),
      realTimeFactor: expect.any(Number),
      wordErrorRate: 0.25,
    });
  });

  test.each([
    ['a file that is missing', ['/nowhere.wav'], /\/nowhere\.wav: there is no such file\./],
    [
      'one that is no audio',
      [join(packageRoot, 'package.json')],
      /package\.json: the file .*; give a WAV file/,
    ],
    ['one that is silent', [file('silent.wav')], /silent\.wav: the file is silent/],
    [
      'an engine that does not exist',
      [hours, '--engine', 'moonshin'],
      /--engine: there is no engine "moonshin"\. Did you mean moonshine\? The engines are moonshine, /,
    ],
    ['a reference without words', [hours, '--reference', '?'], /--reference: there is no word in it/],
  ])('%s is wrong usage', async (_, args, message) => {
    writeFileSync(file('silent.wav'), writeWav({ samples: new Int16Array(32_000), sampleRate: 16_000 }));
    const { code, stdout, stderr } = await orkestra(['stt-test', ...args]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(message);
    expect(stderr).toMatch(/See `orkestra stt-test --help`\.\n$/);
  });

  test('an engine that is not set up says what it lacks', async () => {
    const { code, stderr } = await orkestra(['stt-test', hours, '--engine', 'deepgram']);
    expect({ code, stderr }).toEqual({ code: 1, stderr: 'orkestra: deepgram: set DEEPGRAM_API_KEY\n' });
  });
});

describe('tts-test', () => {
  test('writes what the voice says, and tells how long it took', async () => {
    const output = file('said.wav');
    const text = 'Your balance is $412.50. Anything else?';
    const { code, stdout, stderr } = await orkestra([
      'tts-test',
      text,
      '--engine',
      'piper',
      '--output',
      output,
    ]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^piper, ready after \d+ ms, voice default, 22050 Hz\n/);
    expect(stdout).toMatch(/first audio after \d+ ms, all \d+\.\d s of it after \d+ ms\nreal-time factor \d/);
    const { samples, sampleRate } = readWav(readFileSync(output));
    expect(sampleRate).toBe(22_050);
    expect(samples.length / sampleRate).toBeGreaterThan(2);
  });

  test('gives the same as JSON', async () => {
    const output = file('tone.wav');
    const args = ['tts-test', 'Hello there.', '--engine', 'scripted', '--json', '--output', output];
    const { code, stdout } = await orkestra(args);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toEqual({
      engine: 'scripted',
      voice: 'default',
      sampleRate: 8_000,
      loadMs: expect.any(Number),
      firstAudioMs: expect.any(Number),
      totalMs: expect.any(Number),
      audioSeconds: 0.72,
      realTimeFactor: expect.any(Number),
      output,
    });
  });

  test.each([
    ['no words', ['…'], /TEXT: give 1 to 2000 characters with a word in them\./],
    ['too many', ['word '.repeat(401)], /TEXT: give 1 to 2000 characters/],
    ['an engine that does not exist', ['Hi.', '--engine', 'pipr'], /no engine "pipr"\. Did you mean piper\?/],
    [
      'a folder that does not exist',
      ['Hi.', '--engine', 'scripted', '--output', file('none/a.wav')],
      /--output .*none\/a\.wav: there is no such folder\./,
    ],
  ])('%s: wrong usage', async (_, args, message) => {
    const { code, stdout, stderr } = await orkestra(['tts-test', ...args]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(message);
  });

  test('a voice that the engine does not have is refused, and nothing is written', async () => {
    const output = file('bella.wav');
    const args = ['tts-test', 'Hi.', '--engine', 'piper', '--voice', 'bella', '--output', output];
    const { code, stderr } = await orkestra(args);
    expect(code).toBe(1);
    expect(stderr).toBe('orkestra: piper: has no voice "bella"; there are default and joe\n');
    expect(existsSync(output)).toBe(false);
  });
});
