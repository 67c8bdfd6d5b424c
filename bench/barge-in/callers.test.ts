import { describe, expect, test } from 'vitest';
import { makeTrials } from './callers.ts';
import type { TimedSentence } from './timed-voice.ts';
import type { Outcome, Trial, TrialCall } from './trial.ts';

const trials = Array.from({ length: 40 }, (_, at): Trial => ({ kind: 'noise', at }));
const sentences: TimedSentence[] = [{ text: 'Yes.', samples: new Int16Array(0), wordEnds: [] }];

/** Calls whose trials go as `outcomeOf` says, told how often each was made so far. */
function calls(outcomeOf: (trial: Trial, times: number) => Outcome | undefined) {
  const made = new Map<Trial, number>();
  const seen = { opened: [] as { name: string; marks: boolean }[], closed: 0 };
  const open = async (name: string, marks: boolean) => {
    seen.opened.push({ name, marks });
    const call: Pick<TrialCall, 'run' | 'close'> = {
      async run(trial) {
        await new Promise(setImmediate);
        const times = made.get(trial) ?? 0;
        made.set(trial, times + 1);
        return outcomeOf(trial, times);
      },
      close: () => void seen.closed++,
    };
    return call as TrialCall;
  };
  return { seen, run: () => makeTrials({ trials, sentences, open }) };
}

const outcome = (trial: Trial) => ({ trial }) as Outcome;
const inOrder = (outcomes: Outcome[]) => outcomes.map(({ trial }) => trial.at).sort((a, b) => a - b);

describe('callers', () => {
  test('make every trial once, half of them on phones that echo marks, and hang up', async () => {
    const { seen, run } = calls(outcome);
    expect(inOrder((await run()).outcomes)).toEqual(trials.map(({ at }) => at));
    expect(seen.closed).toBe(seen.opened.length);
    expect(seen.opened.filter(({ marks }) => marks)).toHaveLength(seen.opened.length / 2);
  });

  test('make a trial again that nothing came of, and one whose call was lost', async () => {
    const { seen, run } = calls((trial, times) => {
      if (trial.at === 3 && times === 0) throw new Error('nothing came of it');
      return trial.at === 5 && times === 0 ? undefined : outcome(trial);
    });
    expect(inOrder((await run()).outcomes)).toEqual(trials.map(({ at }) => at));
    expect(seen.closed).toBe(seen.opened.length);
  });

  test('give up when call after call is lost', async () => {
    const { run } = calls(() => {
      throw new Error('nothing came of it');
    });
    await expect(run()).rejects.toThrow('nothing came of it');
  });
});
