import { expect, test } from 'vitest';
import { ttsContract } from '../../test/contracts/tts.ts';
import { createScriptedTts } from './scripted.ts';

ttsContract('the scripted voice', createScriptedTts);

test('the scripted voice takes 60 ms a character', async () => {
  const engine = createScriptedTts();
  const text = 'x'.repeat(200);
  let samples = 0;
  const request = { text, voice: 'default', speed: 1 };
  for await (const piece of engine.synthesize(request, new AbortController().signal)) samples += piece.length;
  expect(samples / engine.sampleRate).toBe(12);
});
