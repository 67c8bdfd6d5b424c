import { checkBadStarts } from './bad-starts.ts';
import { CannotRun, type Check } from './check.ts';
import { checkCompose } from './compose.ts';
import { checkImages } from './images.ts';
import { checkKubernetes } from './kubernetes.ts';
import { checkMonitoring } from './monitoring.ts';
import { checkNginx } from './nginx.ts';
import { checkPackage } from './package.ts';
import { checkPorts } from './ports.ts';
import { table } from './table.ts';

/**
 * `npm run verify:deploy`: tries what is deployed as far as this machine goes, and says what it could not try. Takes
 * the names of checks, all without. Exit code 1 where something is wrong.
 */
const checks: Check[] = [
  checkKubernetes,
  checkCompose,
  checkMonitoring,
  checkPackage,
  checkNginx,
  checkPorts,
  checkBadStarts,
  checkImages,
];

const wanted = process.argv.slice(2);
const unknown = wanted.find((name) => !checks.some((check) => check.name === name));
if (unknown !== undefined) {
  console.error(`There is no check ${unknown}: ${checks.map(({ name }) => name).join(', ')}.`);
  process.exit(2);
}

const say = (line: string) => console.error(line);
const began = Date.now();
const seconds = (since: number) => `${((Date.now() - since) / 1_000).toFixed(0)} s`;
const tried = [['check', 'what', 'by', 'result', 'took']];
const untried = [['not tried here', 'why']];
for (const { name, what, how, leavesOut, run } of checks) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  say(`── ${name}: ${what}`);
  const started = Date.now();
  const add = (result: string) => tried.push([name, what, how, result, seconds(started)]);
  untried.push(...leavesOut.map((out) => [out.what, out.why]));
  try {
    const report = (line: string) => say(`   ${seconds(started).padStart(5)}  ${line}`);
    for (const line of await run(report)) say(`   ${line}`);
    add('passed');
  } catch (error) {
    const { message } = error as Error;
    say(`   ${message}`);
    if (error instanceof CannotRun) {
      add('not tried');
      untried.push([`${name}: ${what}`, message]);
    } else {
      add('FAILED');
      process.exitCode = 1;
    }
  }
}
if (untried.length > 1) console.log(`${table(untried)}\n`);
console.log(`${table(tried)}\n\n${seconds(began)} in all`);
