import { describe, expect, test } from 'vitest';
import { TRANSFER } from '../../call/effects.ts';
import type { Turn } from '../../call/transcript.ts';
import { ConfigError, loadConfig } from '../../config/load.ts';
import { addressed, turnDone } from './events.ts';

const secret = `whsec_${'c2VjcmV0'.repeat(4)}`;
const crm = { name: 'crm', url: 'https://crm.example.com/hook', secret };

const endpoints = (value: unknown) =>
  loadConfig({ ORKESTRA_WEBHOOKS: typeof value === 'string' ? value : JSON.stringify(value) }).webhooks
    .endpoints;

describe('events for other systems', () => {
  const turn: Turn = {
    turn: 3,
    caller: 'A person, please.',
    answer: 'One moment.',
    heard: 'One moment.',
    interrupted: false,
    source: 'model',
    adapter: 'default',
    engine: 'test',
    tools: [
      {
        name: TRANSFER,
        input: { reason: 'a complaint' },
        output: { done: true, output: { reached: true } },
      },
    ],
    times: { speechStartedAt: 1, speechEndedAt: 2, finalAt: 3 },
  };
  const events = (done: Turn) => turnDone({ session: 'abc', domain: 'banking', turn: done });

  test('tell that the caller asked for a person, after the turn in which they did', () => {
    expect(events(turn)).toMatchObject([
      { id: 'abc.turn-3', type: 'turn.done', place: 6, data: { turn: 3, tools: [TRANSFER] } },
      { id: 'abc.transfer-3', type: 'call.transfer', place: 7, data: { reason: 'a complaint' } },
    ]);
    const refused = { ...turn.tools[0]!, output: { done: true, output: { reached: false } } };
    expect(events({ ...turn, tools: [refused] }).map(({ type }) => type)).toEqual(['turn.done']);
  });

  test('hold what was said only for endpoints that ask for it', () => {
    const said = /person, please|complaint|One moment/;
    expect(JSON.stringify(addressed(events(turn), endpoints([crm])))).not.toMatch(said);
    const both = endpoints([crm, { ...crm, name: 'notes', transcript: true, events: ['turn.done'] }]);
    expect(addressed(events(turn), both)).toMatchObject([
      { endpoints: ['crm', 'notes'], data: { caller: 'A person, please.' } },
      { endpoints: ['crm'] },
    ]);
    expect(addressed(events(turn), endpoints([{ ...crm, events: ['call.ended'] }]))).toEqual([]);
  });

  test.each([
    ['{"name":', 'a list of endpoints, as JSON'],
    [[{ ...crm, url: 'http://crm.example.com/hook' }], 'https is needed'],
    [[{ ...crm, secret: 'whsec_short' }], '24–64 random bytes'],
    [[crm, crm], 'two endpoints have one name'],
    [[{ ...crm, events: ['call.begun'] }], 'call.started'],
  ])('%j is no configuration of endpoints, and no secret is told', (value, words) => {
    const load = () => endpoints(value);
    expect(load).toThrow(ConfigError);
    expect(load).toThrow(words);
    expect(load).not.toThrow(secret);
  });
});
