import type { Intent } from '../../domain.ts';
import { IDENTITY_ANSWER, isLocked } from '../identity-check.ts';
import { fallback, greeting } from '../prompts.ts';
import { accountIntents } from './accounts.ts';
import { lendingIntents } from './lending.ts';
import { loanIntents } from './loans.ts';
import { planIntents } from './plans.ts';
import { serviceIntents } from './service.ts';
import { talkIntents } from './talk.ts';

/** Intents that may have ended in a question of the identity check. */
const checked = new Set(['account_data', 'lost_card', IDENTITY_ANSWER]);

const affirm: Intent = {
  name: 'affirm',
  minor: true,
  examples: [
    'Yes.',
    'Yes, please.',
    'Yeah.',
    'Sure, please do.',
    'Okay.',
    'All right.',
    'Yes, I would like that.',
    'Of course.',
    'Yes, exactly.',
    'Sounds good.',
    'Please do.',
    'Sure.',
    'Yes, that is correct.',
    'Certainly.',
    'Why not.',
    'Go ahead.',
    'That is true.',
    'I agree.',
    'I confirm that.',
    'You are right.',
  ],
  async answer(dialogue, use, effect) {
    const before = dialogue.at(-2);
    if (before?.intents.some((name) => checked.has(name))) {
      const next = (await isLocked(dialogue, effect)) ? 'human' : IDENTITY_ANSWER;
      return answerBy(next, dialogue, use, effect);
    }
    // Asked for an amount or a term, some say "yes" first.
    const open = before?.intents.find((name) =>
      ['loan_request', 'payment_plan', 'change_terms'].includes(name),
    );
    return open ? answerBy(open, dialogue, use, effect) : { text: 'Good. What can I do for you?' };
  },
};

const repeat: Intent = {
  name: 'repeat',
  examples: [
    'Can you repeat that?',
    'Please say that again.',
    'What did you say?',
    'I did not hear that.',
    'I did not understand you.',
    'Pardon me?',
    'Sorry, what?',
    'Once more, please.',
    'Can you say it more slowly?',
    'Excuse me?',
    'Come again?',
    'I could not hear you, what was that?',
    'Again, please.',
    'What was that?',
    'Repeat your answer.',
    'I missed that.',
    'What?',
    'Please repeat the numbers.',
    'Sorry, I was not listening.',
    'Huh?',
    'Sorry?',
    'Please speak more slowly.',
    'You talk too fast.',
    'I do not understand.',
  ],
  async answer(dialogue, use, effect) {
    const at = dialogue.findLastIndex((turn) => !turn.intents.includes('repeat'));
    const repeated = dialogue[at];
    if (!repeated) return { text: greeting };
    if (repeated.intents.length === 0) return { text: fallback };
    const answers = await Promise.all(
      repeated.intents.map((name) => answerBy(name, dialogue.slice(0, at + 1), use, effect)),
    );
    return { text: answers.map(({ text }) => text).join(' ') };
  },
};

export const bankingIntents: readonly Intent[] = [
  ...loanIntents,
  ...planIntents,
  ...lendingIntents,
  ...accountIntents,
  ...serviceIntents,
  ...talkIntents,
  affirm,
  repeat,
];

const answerBy: (name: string, ...given: Parameters<Intent['answer']>) => ReturnType<Intent['answer']> = (
  name,
  ...given
) => bankingIntents.find((intent) => intent.name === name)!.answer(...given);
