import type { Intent } from '../../domain.ts';
import { TRANSFER, type TransferResult } from '../../../call/effects.ts';
import { branches, openingHours, staffHours } from '../facts.ts';

const hours: Intent = {
  name: 'opening_hours',
  examples: [
    'What are your opening hours?',
    'When are you open?',
    'When does the branch open?',
    'When does the bank close?',
    'Are you open on Saturday?',
    'Are you open on weekends?',
    'Are you open today?',
    'Is the branch open tomorrow?',
    'What time do you open in the morning?',
    'How late are you open?',
    'What are your business hours?',
    'Until what time can I visit the branch?',
    'When can I come by?',
    'At what times are you open?',
    'When do you close on Friday?',
    'From when to when are you there?',
    'Are you open now?',
    'Can I come in the evening?',
    'Is the branch open at lunch time?',
    'Are you open on public holidays?',
    'How long are you there on Thursday?',
    'Can I come at six in the evening?',
  ],
  answer(dialogue) {
    const { text } = dialogue.at(-1)!;
    if (/saturday/i.test(text)) return { text: `We are open ${openingHours.saturday}.` };
    if (/sunday/i.test(text))
      return { text: `We are ${openingHours.sunday}. We open again on Monday at nine.` };
    return { text: `We are open ${openingHours.weekdays}, and ${openingHours.saturday}.` };
  },
};

const branch: Intent = {
  name: 'branch_location',
  examples: [
    'Where is your branch?',
    'Where are you located?',
    'Where is the nearest branch?',
    'What is your address?',
    'How do I get to the bank?',
    'How do I find your branch?',
    'Do you have a branch in the city center?',
    'Is there a branch near me?',
    'Where can I visit you in person?',
    'In which street is the bank?',
    'How many branches do you have?',
    'Can you give me the address of the branch?',
    'Is there a branch near the station?',
    'Can you tell me the way to your branch?',
    'Which branch is closest?',
    'Where do I find a branch?',
    'Are you in the mall?',
    'Where can I find your bank?',
    'What is the way to your office?',
    'On which street are you?',
  ],
  answer: () => ({
    text: `Our main branch is at ${branches.main}. There are two more, at ${branches.others.join(' and on ')}.`,
  }),
};

const human: Intent = {
  name: 'human',
  examples: [
    'I want to speak to a person.',
    'Can I talk to a human?',
    'Let me speak to an agent.',
    'Connect me to an employee.',
    'I want to talk to someone.',
    'Put me through to customer service.',
    'Can somebody call me back?',
    'Transfer me to a representative.',
    'I do not want to talk to a machine.',
    'Give me a real person.',
    'Can I speak to your supervisor?',
    'Representative, please.',
    'Agent, please.',
    'Operator.',
    'I want to speak to the manager.',
    'Human.',
    'I need to talk to an adviser.',
    'Is there a real person there?',
    'Please call me back.',
    'Stop, I want a human.',
    'Let me talk to somebody in charge.',
    'Transfer me to somebody who can help me.',
    'Connect me with one of your people.',
  ],
  async answer(_, __, effect) {
    const asked = await effect(TRANSFER, { reason: 'the caller asked for a person' });
    return asked.done && (asked.output as TransferResult).reached
      ? { text: 'I will put you through to a person now.' }
      : {
          text: `I cannot reach a person just now. I will note in the record of this call that you asked for one; our staff are in the branches ${staffHours}.`,
        };
  },
};

const optOut: Intent = {
  name: 'opt_out',
  examples: [
    'I do not want to be recorded.',
    'Please do not record this call.',
    'Stop recording me.',
    'I do not agree to the recording.',
    'Turn the recording off.',
    'I object to being recorded.',
    'Do not call me any more.',
    'Stop calling me.',
    'Take me off your list.',
    'Remove my number from your list.',
    'I do not want your marketing calls.',
    'No more calls from you, please.',
    'I want to opt out.',
    'Delete the recording of this call.',
    'I do not want my voice to be stored.',
    'Never phone me again.',
  ],
  async answer(_, __, effect) {
    const noted = await effect('opt_out', {});
    return noted.done
      ? { text: 'That is noted: you do not want to be recorded, and we will not call you. How can I help?' }
      : { text: 'I am sorry, I could not note that just now. Please tell me again in a moment.' };
  },
};

const complaint: Intent = {
  name: 'complaint',
  examples: [
    'I want to make a complaint.',
    'I am not satisfied with your service.',
    'Your service is terrible.',
    'I am very unhappy with the bank.',
    'I was charged a fee that I do not understand.',
    'You made a mistake with my account.',
    'This is unacceptable.',
    'I am angry about how I was treated.',
    'Nobody answers me at your bank.',
    'Where can I complain?',
    'I have been waiting for weeks.',
    'How do I make a complaint?',
    'That is not fair.',
    'I am disappointed.',
    'You promised to call me and did not.',
    'I am fed up.',
    'Your staff was rude.',
    'Your fees are too high.',
    'I want to report a problem with your service.',
    'That is ridiculous.',
  ],
  answer: () => ({
    text: 'I am sorry about that. What you say goes into the record of this call. For an answer in writing, please hand the complaint in at any branch.',
  }),
};

export const serviceIntents = [hours, branch, human, optOut, complaint] as const;
