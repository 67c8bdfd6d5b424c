import { afterEach, describe, expect, test, vi } from 'vitest';
import { EngineError } from './error.ts';
import { WorkQueue } from './work-queue.ts';

const WHENEVER = Number.POSITIVE_INFINITY;

afterEach(() => vi.useRealTimers());

/** A queue, with jobs that end when told and a record of the order in which they began. */
function setUp(options: Partial<ConstructorParameters<typeof WorkQueue>[1]> = {}) {
  const queue = new WorkQueue('tester', { concurrency: 1, keptForUrgent: 0, limit: 10, ...options });
  const begun: string[] = [];
  const end: Record<string, () => void> = {};
  const add = (name: string, dueAt = 0, signal?: AbortSignal) =>
    queue.run(
      () => {
        begun.push(name);
        return new Promise<string>((resolve) => {
          end[name] = () => resolve(name);
        });
      },
      { dueAt, signal },
    );
  return { queue, begun, end, add };
}

describe('a work queue', () => {
  test('runs no more jobs at once than it may, the others in their order', async () => {
    const { add, begun, end } = setUp({ concurrency: 2 });
    const jobs = ['a', 'b', 'c', 'd'].map((name) => add(name));
    expect(begun).toEqual(['a', 'b']);
    end.b!();
    await jobs[1];
    expect(begun).toEqual(['a', 'b', 'c']);
    end.a!();
    expect(await jobs[0]).toBe('a');
    expect(begun).toEqual(['a', 'b', 'c', 'd']);
  });

  test('an urgent job goes ahead of those that are not', async () => {
    const { add, begun, end } = setUp();
    const first = add('first', WHENEVER);
    void add('background', WHENEVER);
    void add('urgent');
    end.first!();
    await first;
    expect(begun).toEqual(['first', 'urgent']);
  });

  test('what is due first goes first', async () => {
    const { add, begun, end } = setUp();
    const first = add('first');
    const now = performance.now();
    for (const [name, ms] of [
      ['last', 9_000],
      ['next', 3_000],
      ['then', 5_000],
    ] as const)
      void add(name, now + ms);
    for (const name of ['first', 'next', 'then']) {
      end[name]!();
      await new Promise(setImmediate);
    }
    await first;
    expect(begun).toEqual(['first', 'next', 'then', 'last']);
  });

  test('what had time becomes urgent as its time comes', async () => {
    vi.useFakeTimers({ toFake: ['performance'] });
    const { add, begun, end } = setUp({ concurrency: 2, keptForUrgent: 1 });
    const now = performance.now();
    void add('a', now + 4_000);
    void add('b', now + 5_000);
    void add('c', now + 6_000);
    expect(begun).toEqual(['a']);
    vi.advanceTimersByTime(4_500);
    void add('now', performance.now());
    expect(begun).toEqual(['a', 'now']);
    end.now!();
    await new Promise(setImmediate);
    expect(begun).toEqual(['a', 'now', 'b']);
  });

  test('what is kept for urgent jobs is kept free of others', () => {
    const { add, begun } = setUp({ concurrency: 2, keptForUrgent: 1 });
    void add('background 1', WHENEVER);
    void add('background 2', WHENEVER);
    expect(begun).toEqual(['background 1']);
    void add('urgent');
    expect(begun).toEqual(['background 1', 'urgent']);
  });

  test('a job that is aborted while it waits never begins', async () => {
    const { add, begun, end } = setUp();
    const first = add('first');
    const abort = new AbortController();
    const second = add('second', 0, abort.signal);
    const third = add('third');
    abort.abort(new Error('no longer wanted'));
    await expect(second).rejects.toThrow('no longer wanted');
    end.first!();
    await first;
    expect(begun).toEqual(['first', 'third']);
    end.third!();
    await third;
    await expect(add('late', 0, abort.signal)).rejects.toThrow('no longer wanted');
  });

  test('one job too many is refused, to be tried again later', async () => {
    const { add } = setUp({ limit: 1 });
    void add('running');
    void add('waiting');
    const error = await add('refused').catch((refusal: unknown) => refusal);
    expect(error).toBeInstanceOf(EngineError);
    expect(error).toMatchObject({ retryable: true, engine: 'tester' });
  });

  test('a job that fails makes way for the next', async () => {
    const { queue, add, begun } = setUp();
    const failing = queue.run(() => Promise.reject(new Error('broken')), { dueAt: 0 });
    void add('next');
    await expect(failing).rejects.toThrow('broken');
    expect(begun).toEqual(['next']);
  });
});
