import '../config/schema-words.ts';
import { z } from 'zod';

const ms = (min: number, max: number) => z.number().int().min(min).max(max);

/**
 * Some of a call's settings: what `--set key=value` and a `configure` message may carry. Flat on purpose: one
 * key is one word on a command line. Times are in ms.
 */
export const callSettingsPatchSchema = z
  .object({
    language: z.enum(['en']),
    /** The speaking engine's name for a voice; `default` lets the engine choose. */
    voice: z.string().regex(/^[A-Za-z0-9_-]{1,64}$/, 'a voice is 1–64 letters, digits, - or _'),
    /** Speaking rate; 1 is the voice's own. */
    speed: z.number().min(0.5).max(2),
    /** Silence that ends a turn whose words sound finished. */
    endpointingMs: ms(0, 5_000),
    /** Silence that ends a turn whose words sound unfinished ("my number is four…"). */
    endpointingMaxMs: ms(0, 10_000),
    /** Silence of the telephone's keys that ends what is keyed in; `#` ends it at once. */
    digitGapMs: ms(500, 10_000),
    /** Whether the caller can interrupt the bot. */
    bargeIn: z.boolean(),
    /** Silence after which the bot asks whether the caller is still there. */
    idlePromptMs: ms(1_000, 120_000),
    /** How many such prompts before a polite end. */
    idlePrompts: z.number().int().min(0).max(10),
    /** The longest call. */
    maxCallMs: ms(1_000, 86_400_000),
    /** How long a call waits for its caller to connect, or to come back after a dropped stream. */
    connectMs: ms(100, 600_000),
    /** What the bot does when an answering machine takes a call that it placed. */
    answeringMachine: z.enum(['message', 'hang-up', 'ignore']),
    /** Whether stored answers may be used. */
    cache: z.boolean(),
  })
  .strict()
  .partial();

export type CallSettingsPatch = z.infer<typeof callSettingsPatchSchema>;
export type CallSettings = Required<CallSettingsPatch>;

export const defaultCallSettings: CallSettings = {
  language: 'en',
  voice: 'default',
  speed: 1,
  endpointingMs: 200,
  endpointingMaxMs: 1_500,
  digitGapMs: 2_000,
  bargeIn: true,
  idlePromptMs: 10_000,
  idlePrompts: 2,
  maxCallMs: 3_600_000,
  connectMs: 60_000,
  answeringMachine: 'message',
  cache: true,
};

/** All of a call's settings: what is not given is as in `defaultCallSettings`. */
export const callSettingsSchema = callSettingsPatchSchema.transform((given): CallSettings => ({
  ...defaultCallSettings,
  ...given,
}));
