import { describe, expect, test } from 'vitest';
import { AdapterBoard } from './board.ts';

const empty = () =>
  new AdapterBoard({ state: { revision: 0, loaded: [], active: {}, history: [] }, before: {} });

function boardWith(...loaded: string[]) {
  const board = empty();
  for (const ref of loaded) board.load(ref);
  return board;
}

describe('what is loaded and active', () => {
  test('a share of the calls gets one adapter, the others what was active before', () => {
    const board = boardWith('a@1', 'b@1');
    board.activate('banking', 'a@1', 100);
    board.activate('banking', 'b@1', 20);
    expect(board.activeIn('banking')).toEqual({ base: 'a@1', trial: { adapter: 'b@1', percent: 20 } });
    expect(board.activeIn('clinic')).toEqual({ base: 'default' });
  });

  test('rolling back goes back step by step, and loads again what that needs', () => {
    const board = boardWith('a@1', 'b@1');
    board.activate('banking', 'a@1', 100);
    board.activate('banking', 'b@1', 100);
    board.unload('a@1');
    expect(board.rollback('banking')).toEqual({ base: 'a@1' });
    expect(board.loaded).toEqual(['b@1', 'a@1']);
    expect(board.rollback('banking')).toEqual({ base: 'default' });
    expect(() => board.rollback('banking')).toThrow('Nothing was activated in banking');
  });

  test('a failed adapter gives way to the latest that does not use it, in every domain', () => {
    const board = boardWith('a@1', 'b@1');
    board.activate('banking', 'a@1', 100);
    board.activate('banking', 'b@1', 50);
    board.activate('banking', 'b@1', 100);
    board.activate('clinic', 'b@1', 10);
    expect(board.retire('b@1')).toEqual(['banking', 'clinic']);
    expect(board.plan().active).toEqual({ banking: { base: 'a@1' }, clinic: { base: 'default' } });
    expect(board.retire('b@1')).toEqual([]);
  });

  test('a name is the newest loaded version', () => {
    const board = boardWith('a@2', 'a@10', 'ab@11');
    expect(board.findLoaded('a')).toBe('a@10');
    expect(board.findLoaded('a@2')).toBe('a@2');
    expect(() => board.findLoaded('a@3')).toThrow('No adapter a@3 is loaded');
  });

  test('seventeen adapters are one too many, and an active one stays loaded', () => {
    const board = boardWith(...Array.from({ length: 16 }, (_, i) => `a@${i + 1}`));
    expect(() => board.load('b@1')).toThrow('16 adapters are loaded');
    board.activate('banking', 'a@3', 5);
    expect(() => board.unload('a@3')).toThrow('a@3 is active in banking');
    expect(board.loaded).toHaveLength(16);
  });

  test('decisions are taken back whole, and outlive a run of the workflow', () => {
    const board = boardWith('a@1');
    const before = board.decisions();
    board.load('b@1');
    board.activate('banking', 'b@1', 100);
    board.restore(before);
    expect(board.plan()).toMatchObject({ loaded: ['a@1'], active: {} });
    board.activate('banking', 'a@1', 100);
    const next = new AdapterBoard(board.carry());
    expect(next.rollback('banking')).toEqual({ base: 'default' });
  });

  test('only the first news of a failure is noted', () => {
    const board = boardWith('a@1');
    board.note({ at: 1, what: 'failed', adapter: 'a@1' });
    expect(board.hasFailed('a@1')).toBe(true);
    board.note({ at: 2, what: 'activated', adapter: 'a@1' });
    expect(board.hasFailed('a@1')).toBe(false);
  });
});
