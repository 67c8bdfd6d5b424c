import { clipped } from '../config/schema-words.ts';
import { readFileSync } from 'node:fs';
import { parse } from 'smol-toml';
import { z } from 'zod';
import { ConfigError } from '../config/load.ts';

const price = z.number().nonnegative().default(0);
const byEngine = <T extends z.ZodType>(prices: T) => z.record(z.string(), prices).default({});

/** What engines and lines cost, in one currency. An engine that is not named costs nothing. */
export const priceTableSchema = z
  .object({
    /** ISO 4217, as in `USD`. */
    currency: z.string().regex(/^[A-Z]{3}$/, 'a currency is three capital letters, like USD'),
    /** By recogniser: a minute of audio that it is given. */
    stt: byEngine(z.object({ minute: price }).strict()),
    /** By model: a thousand tokens in, a thousand out. */
    llm: byEngine(z.object({ input: price, output: price }).strict()),
    /** By voice engine: a thousand characters. */
    tts: byEngine(z.object({ characters: price }).strict()),
    /** By origin of the call (`twilio`, `pcm`, `cli`): a minute, each begun minute being a whole one. */
    line: byEngine(z.object({ minute: price }).strict()),
  })
  .strict();

export type PriceTable = z.infer<typeof priceTableSchema>;

/** Reads a price table, TOML as in config/prices.toml. Throws ConfigError. */
export function readPrices(file: string): PriceTable {
  let values: unknown;
  try {
    values = parse(readFileSync(file, 'utf8'));
  } catch (error) {
    const [problem] = (error as Error).message.split('\n');
    throw new ConfigError(`The price table ${file} can't be read: ${problem}.`);
  }
  const result = priceTableSchema.safeParse(values);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw new ConfigError(
    `The price table ${file} is wrong at ${clipped(issue!.path.join('.')) || 'its top level'}: ${issue!.message}.`,
  );
}

/** `deepgram/nova-3` costs what is said of it, else what is said of `deepgram`. */
function priceOf<T>(prices: Record<string, T>, engine: string): T | undefined {
  return prices[engine] ?? prices[engine.split('/')[0]!];
}

export const recognitionCost = ({ stt }: PriceTable, engine: string, audioMs: number) =>
  (priceOf(stt, engine)?.minute ?? 0) * (audioMs / 60_000);

export function replyCost({ llm }: PriceTable, engine: string, inputTokens: number, outputTokens: number) {
  const { input = 0, output = 0 } = priceOf(llm, engine) ?? {};
  return (input * inputTokens + output * outputTokens) / 1_000;
}

export const speechCost = ({ tts }: PriceTable, engine: string, characters: number) =>
  (priceOf(tts, engine)?.characters ?? 0) * (characters / 1_000);

export const lineCost = ({ line }: PriceTable, origin: string, ms: number) =>
  (priceOf(line, origin)?.minute ?? 0) * Math.ceil(ms / 60_000);
