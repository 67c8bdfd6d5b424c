import { expect, test } from 'vitest';
import { Earpiece } from './earpiece.ts';

const samples = (...values: number[]) => Int16Array.from(values);

test('audio is heard in order and frame by frame, then silence', () => {
  const earpiece = new Earpiece();
  earpiece.enqueue(samples(1, 2, 3));
  earpiece.enqueue(samples(4, 5));
  expect([...earpiece.next(4).frame]).toEqual([1, 2, 3, 4]);
  expect(earpiece.queued).toBe(1);
  expect([...earpiece.next(4).frame]).toEqual([5, 0, 0, 0]);
  expect([...earpiece.next(4).frame]).toEqual([0, 0, 0, 0]);
});

test('a mark is reached with the frame that plays the last sample before it', () => {
  const earpiece = new Earpiece();
  earpiece.enqueue(samples(1, 2, 3, 4));
  earpiece.mark('first');
  earpiece.enqueue(samples(5, 6));
  earpiece.mark('second');
  expect(earpiece.next(2).marks).toEqual([]);
  expect(earpiece.next(2).marks).toEqual(['first']);
  expect(earpiece.next(2).marks).toEqual(['second']);
});

test('what is cleared is never heard, and its marks are never reached', () => {
  const earpiece = new Earpiece();
  earpiece.enqueue(samples(1, 2, 3, 4));
  earpiece.mark('end');
  earpiece.next(2);
  earpiece.clear();
  expect(earpiece.next(2)).toEqual({ frame: samples(0, 0), marks: [] });
  expect(earpiece.queued).toBe(0);
});
