import { describe, expect, test } from 'vitest';
import type { CallEvent } from '../stream/events.ts';
import { TurnAdapter } from './turn-adapter.ts';

const switched = (nth: number, adapter: string, acceptedAt: number): CallEvent => ({
  type: 'call.adapter',
  at: acceptedAt + 30,
  nth,
  adapter,
  acceptedAt,
});
const spoke = (at: number): CallEvent => ({ type: 'speech.started', at, audioMs: 0 });

describe('the adapter of a turn', () => {
  const after = (...events: CallEvent[]) => {
    const adapter = new TurnAdapter(3, { adapter: 'formal@1', adapterNth: 2 });
    for (const event of events) adapter.onEvent(event);
    return adapter.current;
  };

  test('is the one that the turn was armed with', () => {
    expect(after(spoke(1_000))).toBe('formal@1');
  });

  test('changes while the turn stands ready', () => {
    expect(after(switched(3, 'brief@2', 900), spoke(1_000))).toBe('brief@2');
  });

  test('changes when the news comes just after the caller has begun, for it was on its way before', () => {
    expect(after(spoke(1_000), switched(3, 'brief@2', 1_900))).toBe('brief@2');
  });

  test('stays when the caller was speaking already', () => {
    expect(after(spoke(1_000), switched(3, 'brief@2', 2_100))).toBe('formal@1');
  });

  test('changes after a cough that was no turn', () => {
    const cough: CallEvent = {
      type: 'turn.ignored',
      at: 2_500,
      turn: 3,
      attempt: 1,
      text: '',
      reason: 'noise',
    };
    expect(after(spoke(1_000), cough, switched(3, 'brief@2', 2_600), spoke(3_000))).toBe('brief@2');
  });

  test('is the latest switch, in whatever order the news come', () => {
    expect(after(switched(4, 'brief@2', 910), switched(3, 'default', 900), spoke(1_000))).toBe('brief@2');
    expect(after(switched(1, 'brief@2', 100), spoke(1_000))).toBe('formal@1');
  });
});
