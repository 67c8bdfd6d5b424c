import { z } from 'zod';
import { callSettingsPatchSchema, type CallSettingsPatch } from '../call/settings.ts';
import { usageError } from './error.ts';
import { suggestion } from './nearest.ts';

const fields = callSettingsPatchSchema.shape as Record<string, z.ZodOptional<z.ZodType>>;

/** Reads `--set key=value` options; of a key given twice, the last counts. Throws CliError (2). */
export function parseSettings(options: readonly string[]): CallSettingsPatch {
  const patch: Record<string, unknown> = {};
  for (const option of options) {
    const [, key, value] = /^([^=]+)=(.*)$/s.exec(option) ?? [];
    if (key === undefined || value === undefined) {
      throw usageError(`--set ${quote(option)}: write key=value, like --set bargeIn=false.`);
    }
    patch[key] = parseValue(key, value);
  }
  return callSettingsPatchSchema.parse(patch);
}

function parseValue(key: string, text: string): unknown {
  if (!Object.hasOwn(fields, key)) {
    const keys = Object.keys(fields);
    throw usageError(
      `--set: there is no setting ${quote(key)}.${suggestion(key, keys)} The settings are ${keys.join(', ')}.`,
    );
  }
  const type = fields[key]!.unwrap();
  const result = type.safeParse(fromText(type, text));
  if (result.success) return result.data;
  throw usageError(`--set ${key}: takes ${wanted(type, result.error)}, not ${quote(text)}.`);
}

/** The value that a word on the command line stands for; a word that stands for none is left as it is. */
function fromText(type: z.ZodType, text: string): unknown {
  if (type instanceof z.ZodNumber && /^-?\d+(\.\d+)?$/.test(text)) return Number(text);
  if (type instanceof z.ZodBoolean && /^(true|false)$/.test(text)) return text === 'true';
  return text;
}

function wanted(type: z.ZodType, error: z.ZodError): string {
  if (type instanceof z.ZodBoolean) return 'true or false';
  if (type instanceof z.ZodEnum) return type.options.join(' or ');
  if (type instanceof z.ZodNumber) {
    const whole = type.format === 'safeint' ? 'a whole number' : 'a number';
    return `${whole} from ${type.minValue} to ${type.maxValue}`;
  }
  return `a value as follows: ${error.issues[0]!.message}`;
}

/** What the user wrote, short enough for a sentence. */
export function quote(text: string): string {
  return JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}…` : text);
}
