import { checkCompose } from './compose.ts';
import { CannotRun, type Check } from './check.ts';
import { checkImages } from './images.ts';
import { checkKubernetes } from './kubernetes.ts';
import { checkNginx } from './nginx.ts';
import { checkBadStarts } from './bad-starts.ts';

/**
 * `npm run verify:deploy`: tries what is deployed as far as this machine goes, and says what it could not try. Takes
 * the names of checks, all without. Exit code 1 where something is wrong.
 */
const checks: Check[] = [checkKubernetes, checkCompose, checkNginx, checkBadStarts, checkImages];

const wanted = process.argv.slice(2);
const unknown = wanted.find((name) => !checks.some((check) => check.name === name));
if (unknown !== undefined) {
  console.error(`There is no check ${unknown}: ${checks.map(({ name }) => name).join(', ')}.`);
  process.exit(2);
}

const say = (line: string) => console.error(line);
const results: string[] = [];
for (const { name, run } of checks) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  say(`── ${name}`);
  const started = Date.now();
  const took = () => `${((Date.now() - started) / 1_000).toFixed(0)} s`;
  try {
    for (const line of await run((line) => say(`   ${line}`))) say(`   ${line}`);
    results.push(`${name.padEnd(12)} passed (${took()})`);
  } catch (error) {
    const { message } = error as Error;
    if (error instanceof CannotRun) results.push(`${name.padEnd(12)} not tried: ${message}`);
    else {
      say(message);
      results.push(`${name.padEnd(12)} FAILED (${took()})`);
      process.exitCode = 1;
    }
  }
}
console.log(results.join('\n'));
