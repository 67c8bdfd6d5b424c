import type { CallerTurn, IntentAnswer, UseEffect, UseTool } from '../domain.ts';
import { readNumber, tokenize, word } from '../number-words.ts';
import { type Day, days } from './facts.ts';
import type { Booked, Slots } from './tools.ts';

export const BOOK = 'book_appointment';

/** Turns after which a booking that nobody went on with is forgotten. */
const OPEN_FOR = 4;

/** "Tuesday" after "which day would suit you?" goes on with the booking, whatever it means alone. */
export function awaitedByBooking(dialogue: CallerTurn[]): string | undefined {
  const before = dialogue.slice(0, -1);
  const { text, intents } = dialogue.at(-1)!;
  const open = before.slice(-OPEN_FOR).some((turn) => turn.intents.includes(BOOK));
  if (!open || intents.includes('goodbye')) return undefined;
  return (dayIn(text) ?? timeIn(text)) ? BOOK : undefined;
}

/** Asks for what is missing, then books. A day or a time that is named later takes the earlier one's place. */
export async function answerBooking(
  dialogue: CallerTurn[],
  use: UseTool,
  effect: UseEffect,
): Promise<IntentAnswer> {
  const turns = dialogue.filter(({ intents }) => intents.includes(BOOK)).map(({ text }) => text);
  const day = turns.map(dayIn).findLast((found) => found !== undefined);
  const time = turns.map(timeIn).findLast((found) => found !== undefined);
  if (!day) return { text: 'Gladly. Which day would suit you, from Monday to Friday?' };
  const { times } = use('appointment_times', { day }) as Slots;
  if (!time)
    return {
      text: `On ${spoken(day)} we have times from ${times[0]} to ${times.at(-1)}. Which one suits you?`,
    };
  const outcome = await effect('book_appointment', { day, time });
  if (outcome.done) {
    const booked = outcome.output as Booked;
    return {
      text: `You are booked for ${booked.time} on ${spoken(booked.day)}. Please bring your insurance card.`,
    };
  }
  return outcome.why === 'refused'
    ? { text: `${outcome.message} Which other time would suit you?` }
    : { text: 'I am sorry, I could not book that just now. Please try again in a moment.' };
}

const spoken = (day: Day) => day[0]!.toUpperCase() + day.slice(1);

const dayIn = (text: string): Day | undefined => days.find((day) => text.toLowerCase().includes(day));

/** "half past nine", "9:30", "nine thirty", "at two o'clock" → `9:30`, `2:00`. */
function timeIn(text: string): string | undefined {
  const numeral = /\b(\d{1,2}):(\d\d)\b/.exec(text);
  if (numeral) return `${Number(numeral[1])}:${numeral[2]}`;
  const tokens = tokenize(text);
  for (let at = 0; at < tokens.length; at++) {
    const number = readNumber(tokens, at);
    if (!number) continue;
    const { value } = number;
    if (word(tokens, at - 2) === 'half' && word(tokens, at - 1) === 'past') return `${value}:30`;
    // "nine thirty" reads as 930.
    if (value >= 100 && value < 1_300)
      return `${Math.floor(value / 100)}:${String(value % 100).padStart(2, '0')}`;
    if (value >= 1 && value <= 12) return `${value}:00`;
  }
  return undefined;
}
