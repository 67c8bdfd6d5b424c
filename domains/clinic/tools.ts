import { z } from 'zod';
import type { Tool } from '../../engines/llm/engine.ts';
import { END_CALL, type EffectTool, Refusal } from '../domain.ts';
import { type Day, days, slotTimes } from './facts.ts';

export interface Slots {
  day: Day;
  times: readonly string[];
}

export interface Booked {
  day: Day;
  time: string;
}

const dayInput = z.enum(days).describe('A working day, in lower case');

const appointmentTimes: Tool<{ day: Day }, Slots> = {
  name: 'appointment_times',
  description: 'Lists when appointments begin on a day. Whether one is still free shows when it is booked.',
  input: z.object({ day: dayInput }).strict(),
  run: ({ day }) => ({ day, times: slotTimes[day] }),
};

const endCall: Tool<Record<string, never>, { ending: true }> = {
  name: END_CALL,
  description: 'Ends the call after the words you say with it. Use it once the caller has said goodbye.',
  input: z.object({}).strict(),
  run: () => ({ ending: true }),
};

export const tools: readonly Tool[] = [appointmentTimes, endCall];

const bookAppointment: EffectTool<{ day: Day; time: string }> = {
  name: 'book_appointment',
  description:
    'Books an appointment on the next such day. Use it only with a time that the caller has chosen.',
  input: z
    .object({
      day: dayInput,
      time: z
        .string()
        .regex(/^\d{1,2}:\d\d$/)
        .describe('As appointment_times lists it, e.g. 9:30'),
    })
    .strict(),
  async run({ day, time }, { key, session, query }) {
    if (!slotTimes[day].includes(time)) throw new Refusal(`No appointment begins at ${time} on that day.`);
    // The next such day, tomorrow at the earliest.
    const booked = await query(
      `insert into clinic_appointments (key, session, day, time)
       values ($1, $2, current_date + 1 + ((7 + $3 - extract(isodow from current_date + 1)::int) % 7), $4)
       on conflict (day, time) do nothing returning key`,
      [key, session, days.indexOf(day) + 1, time],
    );
    if (booked.length === 0) throw new Refusal(`That appointment is taken already.`);
    return { output: { day, time } satisfies Booked };
  },
};

export const effects: readonly EffectTool[] = [bookAppointment];
