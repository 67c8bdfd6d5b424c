import { destination, pino, type Logger } from 'pino';
import type { Config } from './schema.ts';
import { traceIdOf } from './trace-id.ts';

/**
 * JSON lines on stderr, since stdout is for data. A line of a call carries its `session`, and with it the id of its trace. Personal data does not belong in them; see `call/mask.ts`.
 */
export function createLogger(config: Config, role: string): Logger {
  return pino(
    {
      level: config.log.level,
      base: { role },
      formatters: { log: withTrace },
      timestamp: pino.stdTimeFunctions.isoTime,
      serializers: { error: (error: unknown) => (error instanceof Error ? error.message : error) },
      redact: [
        'phone',
        'customer',
        '*.phone',
        '*.customer',
        'apiKey',
        '*.apiKey',
        'authToken',
        '*.authToken',
      ],
    },
    destination({ dest: 2, sync: false }),
  );
}

/** A logger whose lines are all of one call. */
export const callLogger = (log: Logger, session: string) => log.child(withTrace({ session }));

const withTrace = (fields: Record<string, unknown>) =>
  typeof fields.session === 'string' ? { ...fields, trace_id: traceIdOf(fields.session) } : fields;

export type { Logger };
