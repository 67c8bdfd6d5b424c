import { parseArgs } from 'node:util';
import { SetupError } from '../../deploy/local/setup-error.ts';
import { whole } from '../options.ts';
import { soakCalls } from './calls.ts';
import { soakLongCall } from './long-call.ts';

/** Age: `npm run soak -- --calls N --at-once N`, many calls in a row; `npm run soak -- --hours N`, one long call. */
process.env.ORKESTRA_GATEWAY_OPEN ??= 'true';
// Whether calls are served well here is not the question.
process.env.ORKESTRA_GATEWAY_SLOW_MS ??= '60000';

try {
  const { values } = parseArgs({
    args: process.argv.slice(2),
    options: {
      calls: { type: 'string', default: '1000' },
      'at-once': { type: 'string', default: '5' },
      hours: { type: 'string' },
    },
  });
  const held =
    values.hours === undefined
      ? await soakCalls(
          whole('--calls', values.calls, 24, 1_000_000),
          whole('--at-once', values['at-once'], 1, 200),
        )
      : await soakLongCall(whole('--hours', values.hours, 1, 48));
  process.exitCode = held ? 0 : 1;
} catch (error) {
  if (!(error instanceof SetupError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 2;
}
