import { SetupError } from '../../deploy/local/setup-error.ts';
import { readOptions, UsageError } from './options.ts';
import { keepBroken } from './keep.ts';
import { Platform } from './platform.ts';
import { isMet, summaryOf, tableOf } from './report.ts';
import { type FaultResult, runTrials } from './trials.ts';

/** `npm run chaos`: faults of all kinds under calls in progress, and what became of every call. */
const report = (line: string) => process.stderr.write(`${line}\n`);

try {
  const options = readOptions(process.argv.slice(2));
  const results: FaultResult[] = [];
  const platform = await Platform.start(options.copies, report, {
    disk: options.faults.some(({ fillsDisk }) => fillsDisk),
    proxies: options.faults.some(({ network }) => network),
  });
  try {
    for (const fault of options.faults) {
      const result = await runTrials(platform, fault, options, report);
      results.push(result);
      process.stdout.write(`${summaryOf(result)}\n`);
      if (options.keep) await keepBroken(platform, result, options.keep);
      if (!isMet(result)) process.exitCode = 1;
    }
  } finally {
    await platform.stop();
  }
  if (results.length > 1) process.stdout.write(`${tableOf(results)}\n`);
} catch (error) {
  if (!(error instanceof SetupError || error instanceof UsageError)) throw error;
  report(error.message);
  process.exitCode = error instanceof UsageError ? 2 : 1;
}
