import { describe, expect, test } from 'vitest';
import type { Utterance } from '../caller/call-log.ts';
import { answerTo, debtOf, wantsEffect, wordsOf } from '../script.ts';
import { hashOf, partMs } from '../sound/bot-code.ts';
import { withoutBrokenOff } from './broken-off.ts';
import type { Evidence } from './evidence.ts';
import { violationsOf } from './invariants.ts';

const GREETING = 'Hello.';
const PARTS = 50;

/** A call in which all went well, of three lines; each test spoils a copy of its own. */
function goodCall(): Evidence {
  const said: Utterance[] = [1, 2, 3].map((line) => {
    const from = line * 10_000;
    return {
      call: 1,
      line,
      attempt: 1,
      from,
      to: from + 1_000,
      answeredAt: from + 5_000,
      broken: false,
      waits: [],
    };
  });
  const run = (text: string, from: number) => ({
    hash: hashOf(text),
    first: 0,
    last: PARTS - 1,
    total: PARTS,
    from,
    to: from + PARTS * partMs,
  });
  const heard = said.flatMap((one) =>
    answerTo(one).map((text, i) => run(text, one.to! + 300 + i * PARTS * partMs)),
  );
  const turns = said.map((one, i) => {
    return { turn: i + 1, caller: wordsOf(one), heard: answerTo(one).join(' '), interrupted: false };
  });
  const plans = said.filter(wantsEffect).map(debtOf);
  return {
    log: {
      session: 's',
      call: 1,
      startedAt: 0,
      endedAt: 40_000,
      said,
      heard: [run(GREETING, 0), ...heard],
      breaks: [],
    },
    history: {
      status: 'COMPLETED',
      reason: 'the caller hung up',
      events: 90,
      turns,
      versions: [],
      callRows: 1,
      taskFailures: [],
      lost: [],
    },
    rows: { turns: structuredClone(turns), calls: [{ turns: 3 }], plans, effects: plans.length },
    stream: {
      finals: Object.fromEntries(turns.map(({ turn, caller }) => [turn, [caller]])),
      ends: { greeting: 1, 'reply-1': 1, 'reply-2': 1, 'reply-3': 1 },
      callEnds: 1,
    },
    recording: {
      caller: said,
      bot: heard.flatMap(({ hash, total }) =>
        Array.from({ length: total }, (_, index) => ({ hash, index, total })),
      ),
    },
  };
}

const kindsOf = (evidence: Evidence) => [
  ...new Set(violationsOf(evidence, [GREETING]).map(({ kind }) => kind)),
];

/** A call that `spoil` has done something to. */
function spoiled(spoil: (call: Evidence) => void): Evidence {
  const call = goodCall();
  spoil(call);
  return call;
}

describe('the invariants of a call', () => {
  test('hold where all went well', () => {
    expect(violationsOf(goodCall(), [GREETING])).toEqual([]);
  });

  test.each<[string, (call: Evidence) => void, string]>([
    ['a call that the caller gave up', ({ log }) => (log.lost = 'no gateway takes the call'), 'call lost'],
    ['a call that still runs', ({ history }) => (history!.status = 'RUNNING'), 'call lost'],
    [
      'a call that ended by itself',
      ({ history }) => (history!.reason = 'the caller was silent'),
      'call lost',
    ],
    ['a call that Temporal does not know', (call) => delete call.history, 'call lost'],
    [
      'a turn that history lacks',
      ({ history, rows }) => (history!.turns.pop(), rows.turns.pop()),
      'turn lost',
    ],
    ['a turn without a row', ({ rows }) => rows.turns.pop(), 'turn lost'],
    ['an answer that did not come', ({ log }) => delete log.said[1]!.answeredAt, 'turn lost'],
    ['a doubled row', ({ rows }) => rows.turns.push(rows.turns[2]!), 'turn doubled'],
    [
      'a turn that was taken twice',
      ({ history, rows }) => {
        const again = { ...history!.turns[2]!, turn: 4 };
        history!.turns.push(again);
        rows.turns.push(again);
        rows.calls[0]!.turns = 4;
      },
      'turn doubled',
    ],
    [
      'words that nobody said',
      ({ history, rows }) => {
        history!.turns[0]!.caller = rows.turns[0]!.caller = 'call 9 line 9 attempt 1';
      },
      'turn doubled',
    ],
    ['a plan that was set down twice', ({ rows }) => rows.plans.push(rows.plans[0]!), 'effect twice'],
    [
      'a plan that was never set down',
      ({ rows }) => ((rows.plans = []), (rows.effects = 0)),
      'effect missing',
    ],
    [
      'a sentence that was heard twice',
      ({ log }) => {
        const last = log.heard.at(-1)!;
        log.heard.push({ ...last, from: last.to, to: last.to + 1_000 });
      },
      'sentence repeated',
    ],
    [
      '40 ms that were heard twice',
      ({ log }) => {
        const last = log.heard.at(-1)!;
        log.heard.push({ ...last, first: 10, last: 11, from: last.to, to: last.to + 40 });
      },
      'sentence repeated',
    ],
    ['a sentence that lacks its end', ({ log }) => (log.heard.at(-1)!.last -= 1), 'words missing'],
    [
      'sentences out of order',
      ({ log }) => {
        const [one, two] = [log.heard[1]!, log.heard[2]!];
        [one.from, one.to, two.from, two.to] = [two.from, two.to, one.from, one.to];
      },
      'records differ',
    ],
    ['turns out of order', ({ history }) => (history!.turns = history!.turns.toReversed()), 'records differ'],
    [
      'a workflow that is not deterministic',
      ({ history }) => history!.taskFailures.push('nondeterminism'),
      'records differ',
    ],
    ['a call without a row', ({ rows }) => rows.calls.pop(), 'records differ'],
    [
      'a history that counts less as heard',
      ({ history, rows }) => {
        history!.turns[0]!.heard = rows.turns[0]!.heard = 'To begin';
      },
      'records differ',
    ],
    [
      'a turn that was heard in two ways',
      ({ stream }) => stream!.finals[2]!.push('something else'),
      'records differ',
    ],
    ['an utterance that ended twice', ({ stream }) => (stream!.ends['reply-1'] = 2), 'records differ'],
    [
      'a recording that lacks a sentence',
      ({ recording }) => recording!.bot.splice(0, PARTS),
      'records differ',
    ],
    ['a recording that lacks the caller', ({ recording }) => (recording!.caller = []), 'records differ'],
  ])('do not hold for %s', (_, spoil, kind) => {
    expect(kindsOf(spoiled(spoil))).toContain(kind);
  });

  test('leave it open whether words that broke off are a turn', () => {
    const breakOff = (call: Evidence) => {
      const { to: _, answeredAt: __, ...broken } = call.log.said[1]!;
      call.log.said[1] = { ...broken, broken: true };
      call.log.breaks.push({ at: 20_500, backAt: 20_600 });
    };
    expect(violationsOf(spoiled(breakOff), [GREETING])).toEqual([]);
    const without = spoiled((call) => {
      breakOff(call);
      for (const turns of [call.history!.turns, call.rows.turns]) {
        turns.splice(1, 1);
        turns[1]!.turn = 2;
      }
      call.rows.calls[0]!.turns = 2;
    });
    expect(violationsOf(without, [GREETING])).toEqual([]);
  });

  test('leave it open whether the last word before a broken connection is said again, but no more', () => {
    const resumed = (again: number) =>
      kindsOf(
        spoiled(({ log }) => {
          log.said[2] = { ...log.said[2]!, broken: true };
          const whole = log.heard.at(-1)!;
          const first = 20 - again;
          const breakAt = whole.from + 20 * partMs;
          const rest = { first, last: whole.last, from: breakAt + 1_000, to: whole.to + 1_000 };
          log.heard.push({ ...whole, ...rest });
          Object.assign(whole, { last: 19, to: breakAt });
          log.breaks.push({ at: breakAt, backAt: breakAt + 200 });
        }),
      );
    expect(resumed(20)).toEqual([]);
    const twice = spoiled(({ log }) => {
      const whole = log.heard.at(-1)!;
      log.breaks.push({ at: whole.to, backAt: whole.to + 200 });
      log.heard.push({ ...whole, first: 30, from: whole.to + 1_000, to: whole.to + 1_400 });
    });
    expect(kindsOf(twice)).toContain('sentence repeated');
  });

  test('take words that broke off, and were said again in the same breath, for those alone', () => {
    const said = goodCall().log.said.map((one, i) => ({ ...one, broken: i === 0 }));
    const [first, second] = said.map(wordsOf) as [string, string];
    expect(withoutBrokenOff(`${first} and ${second}`, said)).toBe(second);
    expect(withoutBrokenOff(`${second} and ${first}`, said)).toBe(`${second} and ${first}`);
    expect(withoutBrokenOff(first, said)).toBe(first);
  });
});
