import { Writable } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { Terminal } from './terminal.ts';
import { TurnTable } from './turn-table.ts';

const turn = {
  turn: 3,
  caller: 'What would the interest rate be?',
  heard: 'The interest rate would be 8.5 percent a year.',
  interrupted: false,
  answered: true,
  source: 'cache',
  similarity: 0.968,
  voiceToVoiceMs: 418.4,
  transcriptMs: 205,
  adapter: 'loans',
  tools: ['loan_quote'],
} as const;

/** What is written to a terminal of this width, or to a pipe. */
function shown(columns: number | undefined, colorDepth: number, show: (table: TurnTable) => void): string {
  let text = '';
  const out = new Writable({
    write(chunk, _encoding, done) {
      text += String(chunk);
      done();
    },
  });
  Object.assign(out, { isTTY: columns !== undefined, columns });
  show(new TurnTable(new Terminal(out, colorDepth)));
  return text;
}

describe('a table of turns', () => {
  test('has one line a turn in a pipe, without colours', () => {
    const text = shown(undefined, 24, (table) => {
      table.heading();
      table.turn({ ...turn, tools: [...turn.tools] });
    });
    expect(text.split('\n')).toEqual([
      'turn  spoken    text  from        caller → what they heard',
      '   3     418     205  cache 0.97  “What would the interest rate be?” → “The interest rate would be 8.5 percent a year.” [adapter loans] [loan_quote]',
      '',
    ]);
  });

  test('stays within a terminal, its words below each other', () => {
    const text = shown(80, 1, (table) => table.turn({ ...turn, tools: [...turn.tools] }));
    expect(text.split('\n')).toEqual([
      '   3     418     205  cache 0.97  “What would the interest rate be?” → “The',
      '                                  interest rate would be 8.5 percent a year.”',
      '                                  [adapter loans] [loan_quote]',
      '',
    ]);
  });

  test('has colours where there are some: a slow answer is red, an interruption yellow', () => {
    const slow = { ...turn, tools: [], voiceToVoiceMs: 1_900, interrupted: true };
    const text = shown(120, 8, (table) => table.turn(slow));
    expect(text).toContain('\x1b[31m    1900\x1b[39m');
    expect(text).toContain('\x1b[33m(interrupted)\x1b[39m');
    expect(shown(120, 1, (table) => table.turn(slow))).not.toContain('\x1b');
  });

  test('shows what the bot said beside its replies', () => {
    const greeting = { utterance: 'greeting', heard: 'Hello.', interrupted: false };
    expect(shown(undefined, 1, (table) => table.aside(greeting))).toBe(
      '                      greeting    “Hello.”\n',
    );
    const idle = { utterance: 'idle-2-1', heard: '', interrupted: true };
    expect(shown(undefined, 1, (table) => table.aside(idle))).toBe(
      '                      idle        (interrupted before a word was heard)\n',
    );
  });

  test('lets the last line grow in a terminal, until the turn is over', () => {
    const grow = (table: TurnTable) => {
      table.growing({ turn: 3, caller: 'What would', answer: '' });
      table.growing({ turn: 3, caller: 'What would the rate be?', answer: 'The rate would be 8.5 percent.' });
      table.turn({ ...turn, tools: [] });
    };
    const [first, second, row] = shown(60, 1, grow).split('\r\x1b[2K');
    expect(first).toBe('   3                              “What would');
    expect(second).toBe('…What would the rate be?” → “The rate would be 8.5 percent.');
    expect(second).toHaveLength(59);
    expect(row).toMatch(/^ {3}3 {5}418 /);
    expect(shown(undefined, 1, grow)).toMatch(/^ {3}3 {5}418 .*\n$/);
  });
});
