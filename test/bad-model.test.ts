import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { banking } from '../domains/banking/index.ts';
import { createOpenAi } from '../engines/llm/openai.ts';
import type { Database } from '../store/database.ts';
import { stateQuery } from '../workflows/messages.ts';
import { openBankDatabase } from './bank-database.ts';
import { CallLab } from './call-lab.ts';
import { calls, ChatServer, says, type Answer } from './contracts/chat-server.ts';

/** A server that speaks the real protocol stands for a model that does not behave; all behind it is real. */
describe('a model that', () => {
  const server = new ChatServer();
  let lab: CallLab;
  let database: Database;
  beforeAll(async () => {
    database = await openBankDatabase();
    const baseUrl = await server.start();
    lab = await CallLab.open({ llm: createOpenAi({ baseUrl, apiKey: undefined, model: 'test' }) });
  });
  afterAll(async () => {
    await lab.close();
    await server.stop();
    await database.end();
  });

  /** Asks once of the misbehaving model, and once more when it has come to its senses. */
  async function converse(...answers: Answer[]) {
    server.answerWith(...answers, says('We open at nine.'));
    const { handle, caller } = await lab.start();
    await caller.connect();
    await caller.untilHeard('greeting');
    await caller.type('What is my balance?');
    await caller.untilHeard('reply-1');
    const first = caller.heard.at(-1)!.sentences.join(' ');
    const told = server.requests.flatMap(({ messages }) =>
      messages.filter(({ role }) => role === 'tool').map(({ content }) => content ?? ''),
    );
    server.answerWith(says('We open at nine.'));
    await caller.type('When do you open?');
    await caller.untilHeard('reply-2');
    const second = caller.heard.at(-1)!.sentences.join(' ');
    await caller.hangUp();
    expect(await handle.result()).toMatchObject({ turns: 2 });
    const { identity } = await handle.query(stateQuery);
    caller.leave();
    expect(second).toBe('We open at nine.');
    return { first, told: told.join('\n'), identity };
  }

  const nothing: Answer = { chunks: [{ finish: 'stop' }] };
  const blank: Answer = { chunks: [{ delta: { content: ' \n\t ' } }, { finish: 'stop' }] };
  const broken: Answer = { chunks: [], end: 'break' };

  test.each([
    ['answers nothing', nothing],
    ['answers blanks', blank],
    ['breaks off', broken],
    ['refuses', { status: 400, error: { message: 'no' } } satisfies Answer],
  ])('%s costs an apology, and the call goes on', async (_, answer) => {
    // Once for each time that it is tried.
    const { first } = await converse(answer, answer, answer);
    expect(first).toBe(banking.apology);
  });

  test('looks up a balance before the check is told that it may not', async () => {
    const { first, told } = await converse(
      calls({ name: 'account_balance', args: '{}' }),
      says('What is your customer number?'),
    );
    expect(told).toMatch(/^error: not done: The caller’s identity has to be checked first/);
    expect(told).not.toMatch(/\$/);
    expect(first).toBe('What is your customer number?');
  });

  test('guesses at an identity is stopped after three', async () => {
    const guess = (year: number) => ({
      name: 'verify_identity',
      args: `{"number":"412239","date_of_birth":"${year}-05-03"}`,
    });
    const { told, identity } = await converse(
      calls(guess(1977), guess(1978), guess(1979), guess(1980), { name: 'account_balance', args: '{}' }),
      says('I could not confirm that.'),
    );
    expect(told.match(/"verified":false/g)).toHaveLength(3);
    expect(told).not.toMatch(/"verified":true|\$/);
    expect(told).toMatch(/no further attempt/);
    expect(identity).toEqual({ state: 'unknown', failures: 3 });
  });

  test('uses tools with wrong arguments, or none that exist, is told so', async () => {
    const { first, told } = await converse(
      calls(
        { name: 'verify_identity', args: '{"number":"five"}' },
        { name: 'payment_plan_create', args: '{"debt":' },
        { name: 'read_all_accounts', args: '{}' },
        { name: 'account_balance', args: '{"customer":"412239"}' },
      ),
      says('Let us begin with your customer number.'),
    );
    expect(told).toMatch(/wrong arguments[^]*not JSON[^]*no tool read_all_accounts[^]*wrong arguments/);
    expect(first).toBe('Let us begin with your customer number.');
  });

  test('passes the check with what the caller said is told the balance', async () => {
    const { told, identity } = await converse(
      calls(
        { name: 'verify_identity', args: '{"number":"412240","date_of_birth":"1974-11-21"}' },
        { name: 'account_balance', args: '{}' },
      ),
      says('There is $80.12 in your checking account.'),
    );
    expect(told).toContain('"balance":"$80.12"');
    expect(identity.state).toBe('verified');
  });
});
