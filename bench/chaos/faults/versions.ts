import { setTimeout as sleep } from 'node:timers/promises';
import { findTemporal } from '../../../deploy/local/temporal-program.ts';
import { runCommand } from '../../../deploy/local/run-command.ts';
import { deploymentName, type Platform } from '../platform.ts';
import type { Fault } from './fault.ts';

/** Each version gets new calls for so long, ms: longer than a call. */
const PHASE_MS = 45_000;

/** Makes a version the one that new calls begin under, as docs/operating.md says. */
async function setCurrent(platform: Platform, buildId: string) {
  const of = ['--deployment-name', deploymentName, '--build-id', buildId];
  const { code, output } = await runCommand(
    await findTemporal(() => undefined),
    ['worker', 'deployment', 'set-current-version', '--yes', '--address', platform.temporalAddress, ...of],
    { stuckAfterMs: 20_000 },
  );
  if (code !== 0) throw new Error(`version ${buildId} could not be made current: ${output}`);
}

async function startVersion(platform: Platform, buildId: string, more: Record<string, string> = {}) {
  const workers = Array.from({ length: 2 }, () =>
    platform.newWorker('orchestrator', { ORKESTRA_BUILD_ID: buildId, ...more }),
  );
  await Promise.all(workers.map((worker) => worker.start()));
  await setCurrent(platform, buildId);
}

export const versions: Fault = {
  name: 'versions',
  about:
    'orchestrators of another version of the workflow, which can’t go on with calls of the first, beside the first ones; new calls go to it, then back',
  trials: 1,
  hits: 'all',
  resumeP95Ms: 2_000,
  async strike({ platform, moment, struck }) {
    const unversioned = platform.of('orchestrator');
    await startVersion(platform, 'one');
    for (const worker of unversioned) platform.retire(worker);
    await sleep(PHASE_MS);
    await moment();
    struck();
    await startVersion(platform, 'two', { ORKESTRA_CHAOS_NEXT: '1' });
    await sleep(PHASE_MS);
    await setCurrent(platform, 'one');
    await sleep(PHASE_MS);
  },
  judge(evidence) {
    const callsOf = (buildId: string) =>
      evidence.filter(({ history }) => history?.versions.includes(buildId)).length;
    const ofBoth = evidence.filter(({ history }) => (history?.versions.length ?? 0) > 1).length;
    return [
      {
        line: `${callsOf('one')} calls ran under version one, ${callsOf('two')} under version two`,
        held: callsOf('one') > 0 && callsOf('two') > 0,
      },
      { line: `${ofBoth} calls ran under both`, held: ofBoth === 0 },
    ];
  },
};
