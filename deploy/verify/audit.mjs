import { spawnSync } from 'node:child_process';

/**
 * A program: asks the registry for known vulnerabilities of what is shipped. Exit code 1 where there is one that is high or
 * worse; 0 where there is none, or where the registry can't be asked, which it says.
 */
const { stdout } = spawnSync('npm', ['audit', '--omit=dev', '--json'], { encoding: 'utf8', timeout: 60_000 });
const report = parse(stdout);
const counts = report?.metadata?.vulnerabilities;
if (!counts) {
  const reason = report?.message ?? report?.error?.summary ?? 'no answer';
  console.error(`dependencies: not audited, the registry can’t be asked (${reason.split(' - ')[0]})`);
} else {
  const bad = Object.entries(report.vulnerabilities).filter(([, { severity }]) =>
    ['high', 'critical'].includes(severity),
  );
  for (const [name, { severity, range }] of bad) console.error(`${severity}: ${name} ${range}`);
  console.error(
    `dependencies: ${report.metadata.dependencies.prod} audited, ${counts.total} vulnerabilities, ${bad.length} high or worse`,
  );
  process.exitCode = bad.length > 0 ? 1 : 0;
}

function parse(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
