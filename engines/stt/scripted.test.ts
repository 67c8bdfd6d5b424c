import { expect, test } from 'vitest';
import { recording } from '../../test/contracts/audio.ts';
import { sttContract } from '../../test/contracts/stt.ts';
import { createScriptedStt } from './scripted.ts';

sttContract('the scripted recogniser', createScriptedStt, async () => ({
  samples: recording('balance', 16_000),
  words: 'what is my balance',
}));

test('the scripted recogniser hears its transcripts turn by turn, the last one from then on', async () => {
  const engine = createScriptedStt(['hello', 'goodbye']);
  const heard: string[] = [];
  for (let turn = 0; turn < 3; turn++) {
    const stream = engine.open({ language: 'en', onPartial: () => undefined });
    stream.write(new Int16Array(320));
    heard.push((await stream.finalize()).text);
  }
  expect(heard).toEqual(['hello', 'goodbye', 'goodbye']);
});
