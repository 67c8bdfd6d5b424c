import type { Intent } from '../../domain.ts';
import { percent } from '../../money.ts';
import { cardLine, savingsRates } from '../facts.ts';
import { answerChecked, IDENTITY_ANSWER } from '../identity-check.ts';

const lostCard: Intent = {
  name: 'lost_card',
  examples: [
    'I lost my card.',
    'My credit card was stolen.',
    'I need to block my card.',
    'Please freeze my debit card.',
    'I cannot find my bank card.',
    'Somebody stole my wallet with my cards.',
    'My card is missing.',
    'I want to report a stolen card.',
    'There are payments on my card that I did not make.',
    'Someone used my card without permission.',
    'I lost my card and need a new one.',
    'The ATM kept my card.',
    'My card is gone.',
    'Can you cancel my card?',
    'I need a replacement card.',
    'The machine kept my card and did not give it back.',
    'My purse is gone with all my cards.',
    'I left my card in a taxi.',
    'Block my card immediately.',
    'I do not recognize a charge on my card.',
    'I am the victim of card fraud.',
    'I want to report fraud on my account.',
    'There is a transaction on my account that I did not make.',
    'There is suspicious activity on my account.',
    'Somebody else bought things with my account.',
    'There is a false charge on my bill.',
  ],
  answer: (dialogue, _, effect) => answerChecked(dialogue, effect),
};

const cardTrouble: Intent = {
  name: 'card_trouble',
  examples: [
    'My card was declined.',
    'My card does not work.',
    'I forgot my PIN.',
    'I need a new PIN for my card.',
    'The store would not take my card.',
    'My card has expired.',
    'Why is my card blocked?',
    'I cannot pay with my card.',
    'My card is damaged.',
    'When does my new card arrive?',
    'How do I activate my card?',
    'I entered the wrong PIN three times.',
    'The ATM did not accept my card.',
    'Please unblock my card.',
  ],
  answer: () => ({
    text: `I cannot see cards on this line. Our card line can help you with that, day and night: ${cardLine}.`,
  }),
};

const accountData: Intent = {
  name: 'account_data',
  examples: [
    'What is my balance?',
    'How much money is in my account?',
    'How much do I have in my account?',
    'Can you tell me my account balance?',
    'What were my last transactions?',
    'Did my paycheck arrive?',
    'Has my salary been paid in?',
    'What is my account number?',
    'Did my payment go through?',
    'Can you check my account?',
    'How much do I still owe on my loan?',
    'What did I spend this month?',
    'I want to know my balance.',
    'Is my account overdrawn?',
    'Read me my account statement.',
    'What is left on my loan?',
    'Has my transfer arrived?',
    'What was my last payment?',
    'How much is in my savings account?',
    'Tell me my latest bookings.',
    'Am I in the red?',
    'Do I have enough money in my account for a new phone?',
    'How much did I spend on food?',
    'List my purchases of this month.',
    'What did I pay with my card last week?',
    'What was my latest transaction?',
    'Have I spent too much on clothes lately?',
    'I want to change my address.',
    'I have moved, please update my address.',
  ],
  answer: (dialogue, _, effect) => answerChecked(dialogue, effect),
};

/** Known by the question it answers, see `awaited`, so it has no examples. */
const identityAnswer: Intent = {
  name: IDENTITY_ANSWER,
  examples: [],
  answer: (dialogue, _, effect) => answerChecked(dialogue, effect),
};

const transfer: Intent = {
  name: 'transfer_money',
  examples: [
    'I want to transfer money.',
    'Transfer ten thousand dollars to my savings account.',
    'Please send ten thousand dollars to my brother.',
    'Can you pay a bill for me?',
    'I need to make a wire transfer.',
    'Move money from checking to savings.',
    'I want to set up a standing order.',
    'Please pay my rent.',
    'I want to deposit money.',
    'Can you make a payment to somebody for me?',
    'Send money to my landlord.',
    'I want to pay someone.',
    'How do I make a transfer abroad?',
    'Move ten thousand dollars to my other account.',
    'I want to put money into my account.',
    'Can you send ten thousand dollars to my friend?',
    'Can you pay my electric bill?',
    'Pay my cable bill from my checking account.',
    'Please pay the invoice of the phone company.',
    'I have to pay my credit card bill.',
  ],
  answer: () => ({
    text: 'I cannot move money on this line. You can make a transfer in the Northwind app or in any branch.',
  }),
};

const openAccount: Intent = {
  name: 'open_account',
  examples: [
    'I want to open an account.',
    'How do I open a checking account?',
    'Can I open a savings account?',
    'I would like to become a customer.',
    'What do I need to open an account?',
    'I need a new bank account.',
    'Can I get an account for my child?',
    'How can I join your bank?',
    'Can I open an account by phone?',
    'We want a joint account.',
    'Can you open an account for me?',
    'I want to switch to your bank.',
    'I do not have an account with you yet.',
    'Which papers do I need for a new account?',
    'Does the account cost anything?',
    'What are the fees of a checking account?',
  ],
  answer: () => ({
    text: 'You can open an account in the Northwind app or in any branch. All you need is a photo ID, and it is free of charge.',
  }),
};

const savings: Intent = {
  name: 'savings_rate',
  examples: [
    'What is the interest on savings?',
    'What rate do you pay on a savings account?',
    'How much interest do my savings earn?',
    'What do I get for a fixed deposit?',
    'What is the savings rate?',
    'How much interest do you give on deposits?',
    'I want to save money, what do you offer?',
    'What does a savings account earn?',
    'How much do I earn if I save with you?',
    'What do savers get?',
    'Do you pay interest on the money in my account?',
    'What is the rate for a one year deposit?',
    'I have ten thousand dollars to put aside, what interest do you give me?',
    'How do my savings grow?',
  ],
  answer: () => ({
    text: `Our savings account pays ${percent(savingsRates.instantBp)} a year. A deposit for one year pays ${percent(savingsRates.oneYearDepositBp)}.`,
  }),
};

export const accountIntents = [
  lostCard,
  cardTrouble,
  accountData,
  identityAnswer,
  transfer,
  openAccount,
  savings,
] as const;
