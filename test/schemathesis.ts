import { existsSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cacheFolder } from '../config/schema.ts';
import { withLock } from '../deploy/local/lock.ts';
import { runCommand } from '../deploy/local/run-command.ts';

const VERSION = '4.32.5';
const STUCK_AFTER_MS = 300_000;

/** Where schemathesis is, installed there by pip at the first use. */
async function install(): Promise<string> {
  const folder = join(cacheFolder(), `schemathesis-${VERSION}`);
  await withLock(
    `${folder}.lock`,
    async () => {
      if (existsSync(folder)) return;
      const partial = `${folder}.partial`;
      rmSync(partial, { recursive: true, force: true });
      const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--target', partial];
      const { code, output } = await runCommand('python3', [...pip, `schemathesis==${VERSION}`], {
        stuckAfterMs: STUCK_AFTER_MS,
      });
      if (code !== 0) throw new Error(`pip could not install schemathesis ${VERSION}: ${output}`);
      renameSync(partial, folder);
    },
    () => undefined,
  );
  return folder;
}

export interface SchemathesisRun {
  key: string;
  /** Names a call that is there. */
  session: string;
  /** Requests for each operation and phase. */
  examples: number;
  seed: number;
  /** Schemathesis' own names, with commas; all of them where nothing is said. */
  phases?: string;
}

/**
 * Has schemathesis make up requests from an API's description and check every answer against it, with all its checks.
 * Returns its exit code (0: nothing found), what it wrote, and how many requests
 * it made.
 */
export async function runSchemathesis(
  url: string,
  { key, session, examples, seed, phases = 'examples,coverage,fuzzing,stateful' }: SchemathesisRun,
): Promise<{ code: number; output: string; cases: number }> {
  const packages = await install();
  const folder = mkdtempSync(join(tmpdir(), 'orkestra-schemathesis-'));
  writeFileSync(
    join(folder, 'schemathesis.toml'),
    [
      'headers = { Authorization = "Bearer ${ORKESTRA_API_KEY}" }',
      `parameters = { "path.session" = ${JSON.stringify(session)} }`,
      // That a prompt adapter needs a prompt or decoding, and none is called default, JSON Schema does not say.
      '[[operations]]',
      'include-name = "POST /v1/adapters"',
      'checks.positive_data_acceptance.expected-statuses = ["2xx", "409", "422", "5xx"]',
    ].join('\n'),
  );
  try {
    const options = [
      '--max-examples',
      `${examples}`,
      '--seed',
      `${seed}`,
      '--no-color',
      '--checks',
      'all',
      '--phases',
      phases,
    ];
    const { code, output } = await runCommand(
      'python3',
      ['-m', 'schemathesis.cli', 'run', `${url}/openapi.json`, ...options],
      {
        env: {
          ...process.env,
          PYTHONPATH: packages,
          ORKESTRA_API_KEY: key,
          HYPOTHESIS_STORAGE_DIRECTORY: folder,
        },
        cwd: folder,
        stuckAfterMs: STUCK_AFTER_MS,
        alive: (written) => written,
      },
    );
    return { code, output, cases: Number(/(\d+) generated/.exec(output)?.[1] ?? 0) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
