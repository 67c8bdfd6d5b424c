/** What Lakeside Health Centre, which does not exist, offers: the one source of the prompts, the tools and the answers. */

export const days = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday'] as const;
export type Day = (typeof days)[number];

const morning = ['9:00', '9:30', '10:00', '10:30', '11:00', '11:30'];
const afternoon = ['2:00', '2:30', '3:00', '3:30', '4:00'];

/** When appointments begin. Afternoons are said as callers say them: nobody is seen at two in the morning. */
export const slotTimes: Readonly<Record<Day, readonly string[]>> = {
  monday: [...morning, ...afternoon],
  tuesday: [...morning, ...afternoon],
  wednesday: morning,
  thursday: [...morning, ...afternoon],
  friday: morning,
};

export const openingHours =
  'from eight to five on Monday, Tuesday and Thursday, and from eight to noon on Wednesday and Friday';
export const address = '4 Shore Road, opposite the library';
export const doctors = ['Doctor Amara Lindqvist', 'Doctor Piers Okafor'] as const;
