import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { endpointDelayMs } from '../../activities/listen/endpointing.ts';
import { defaultCallSettings } from '../../call/settings.ts';
import { endpointing } from '../../domains/banking/endpointing.ts';
import { createMoonshine } from '../../engines/stt/moonshine.ts';
import { createSilero } from '../../engines/vad/silero.ts';
import { modelFolder } from '../../test/contracts/models.ts';
import { type HeardPause, hearPauses, turnEndMs } from './pauses.ts';
import { audioOf, turnRecordings } from './recordings.ts';
import { sendThroughGateway } from './telephone-line.ts';

/** Callers who pause, through the real chain: voice detection, recognition, and the policy for when a turn ends. */
describe('a caller who pauses', () => {
  const vad = createSilero(modelFolder());
  const stt = createMoonshine(modelFolder());
  const all = new Map(turnRecordings().map((recording) => [recording.file, recording]));
  beforeAll(() => Promise.all([vad.warmUp(), stt.warmUp()]));
  afterAll(() => Promise.all([vad.close(), stt.close()]));

  async function hear(file: string) {
    const recording = all.get(`${file}.wav`)!;
    const pauses = await hearPauses(await sendThroughGateway(audioOf(recording), vad, 200), stt);
    const endWith = (waitMs: (pause: HeardPause) => number) => turnEndMs(pauses, waitMs);
    return { recording, pauses, endWith };
  }

  test.each([
    'pause-01',
    'pause-15',
    'digits-04',
    'digits-08',
    'hesitation-03',
    'hesitation-09',
    'statement-question-04',
    'statement-question-08',
  ])('is not cut off in %s, as any pause of 300 ms would do', async (file) => {
    const { recording, endWith } = await hear(file);
    const { asked, endMs } = recording;
    const end = endWith(({ text, spokenMs }) =>
      endpointDelayMs({ text, asked, spokenMs }, defaultCallSettings, endpointing),
    );
    expect(end).toBeGreaterThan(endMs);
    expect(endWith(() => 300)).toBeLessThan(endMs);
  });

  test.each(['question-01', 'question-07', 'answer-04', 'statement-01'])(
    'has been heard in %s, which no pause interrupts, long before the longest silence is over',
    async (file) => {
      const { recording, pauses } = await hear(file);
      const { text, spokenMs } = pauses.at(-1)!;
      const { asked } = recording;
      const { endpointingMs, endpointingMaxMs } = defaultCallSettings;
      expect(endpointDelayMs({ text, asked, spokenMs }, defaultCallSettings, endpointing)).toBeLessThan(
        endpointingMs + 0.5 * (endpointingMaxMs - endpointingMs),
      );
      expect(pauses).toHaveLength(1);
    },
  );
});

describe('the end of a turn', () => {
  const pause = (endedMs: number, resumedMs?: number): HeardPause => ({
    endedMs,
    noticedMs: endedMs + 200,
    heardMs: endedMs + 260,
    text: 'words',
    spokenMs: 800,
    resumedMs,
  });

  test('comes in the first pause that lasts long enough', () => {
    const pauses = [pause(1_000, 1_600), pause(2_000, 3_000), pause(4_000)];
    expect(turnEndMs(pauses, () => 500)).toBe(1_500);
    expect(turnEndMs(pauses, () => 700)).toBe(2_700);
    expect(turnEndMs(pauses, () => 1_200)).toBe(5_200);
  });

  test('does not come before the words are known', () => {
    expect(turnEndMs([pause(1_000)], () => 0)).toBe(1_260);
    expect(turnEndMs([pause(1_000, 1_240), pause(2_000)], () => 0)).toBe(2_260);
  });

  test('never comes where nothing was heard', () => {
    expect(turnEndMs([], () => 0)).toBeUndefined();
  });
});
