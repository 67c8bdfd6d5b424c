import { destination, pino, type Logger } from 'pino';
import type { Config } from './schema.ts';

/** JSON lines on stderr, since stdout is for data. Personal data does not belong in them; see `call/mask.ts`. */
export function createLogger(config: Config, role: string): Logger {
  return pino(
    {
      level: config.log.level,
      base: { role },
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

export type { Logger };
