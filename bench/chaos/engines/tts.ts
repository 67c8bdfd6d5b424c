import type { TtsEngine } from '../../../engines/tts/engine.ts';
import { botRate, voiceOf } from '../sound/bot-code.ts';
import { moodOf, suffer } from './mood.ts';

/** Samples of a piece: 200 ms. */
const PIECE = botRate / 5;

/** In the scripted voice's place: what it says names itself. */
export const createScriptedTts = (): TtsEngine => ({
  name: 'scripted',
  sampleRate: botRate,
  voices: ['default'],
  async warmUp() {},
  async *synthesize({ text }, signal) {
    await suffer('tts', signal);
    const voice = voiceOf(text);
    const garbage = moodOf('tts') === 'garbage';
    for (let at = 0; at < voice.length && !signal.aborted; at += PIECE) {
      const piece = voice.subarray(at, at + PIECE);
      yield garbage ? piece.map(() => 0) : piece;
    }
  },
  async close() {},
});
