import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { domains } from '../../domains/registry.ts';
import { Callers } from './callers.ts';
import { Gatherer } from './checks/gather.ts';
import { type Compared, violationsOf } from './checks/invariants.ts';
import { isWhole, type Violation } from './checks/violation.ts';
import type { Evidence } from './checks/evidence.ts';
import type { Fault, Note } from './faults/fault.ts';
import type { ChaosOptions } from './options.ts';
import type { Platform } from './platform.ts';
import { Random } from './random.ts';
import { silencesAfter } from './resume.ts';

export interface FaultResult {
  fault: Fault;
  trials: number;
  copies: number;
  seed: number;
  violations: Violation[];
  compared: Compared;
  /** Processes that died without having been killed. */
  deaths: string[];
  /** What the fault itself has to say. */
  notes: Note[];
  evidence: Evidence[];
  /** When the fault struck, ms since the Unix epoch. */
  struck: number[];
  /** Silences of the turns that were hit, ms. */
  silences: number[];
  /** How often a caller had to say something again, or gave up the rest of an answer, since their connection broke. */
  broken: number;
  /** The longest that the callers themselves stood still, ms: what they say comes in bursts on a busy machine. */
  stoodStillMs: number;
}

/** All callers talk undisturbed for so long before the first fault, ms, and between two. */
const BEFORE_MS = 2_000;
const BETWEEN_MS = 300;
/** Words that any call may hear: each is said once a call at the most. */
const prompts = domains.map(({ greeting }) => greeting);

/** Has callers talk, lets a fault strike so often, and judges every call. */
export async function runTrials(
  platform: Platform,
  fault: Fault,
  { seed, calls, copies, trials = fault.trials }: ChaosOptions,
  report: (line: string) => void,
): Promise<FaultResult> {
  const random = new Random(seed).fork(fault.name);
  const gatherer = await Gatherer.open(platform);
  const run = `${fault.name}-${seed}-${Date.now().toString(36)}`;
  const callers = new Callers(platform, gatherer, fault, random.fork('calls'), run);
  const struck: number[] = [];
  const notes: Note[] = [];
  const delays = monitorEventLoopDelay();
  delays.enable();
  try {
    await callers.start(calls);
    await sleep(BEFORE_MS);
    for (let trial = 1; trial <= trials; trial++) {
      const ofTrial = random.fork(`trial ${trial}`);
      await fault.strike({
        platform,
        random: ofTrial,
        moment: () => callers.moment(ofTrial),
        struck: () => struck.push(Date.now()),
        note: (note) => notes.push(note),
      });
      if (trial % 10 === 0 || trial === trials) report(`${fault.name}: ${trial} of ${trials}`);
      await sleep(BETWEEN_MS);
    }
    const evidence = await callers.stop();
    return {
      fault,
      trials,
      copies,
      seed,
      violations: evidence.flatMap((one) => violationsOf(one, prompts, fault.excuses)),
      compared: comparedIn(evidence),
      deaths: platform.deaths.splice(0),
      notes: [...notes, ...(fault.judge?.(evidence) ?? [])],
      evidence,
      struck,
      silences: struck.flatMap((at) => silencesAfter(at, evidence, fault.hits)),
      broken: evidence.flatMap(({ log }) => log.said).filter(({ broken }) => broken).length,
      stoodStillMs: delays.max / 1e6,
    };
  } finally {
    delays.disable();
    await gatherer.close();
  }
}

function comparedIn(evidence: readonly Evidence[]): Compared {
  const sum = (of: (one: Evidence) => number) => evidence.reduce((total, one) => total + of(one), 0);
  return {
    calls: evidence.length,
    utterances: sum(({ log }) => log.said.filter(isWhole).length),
    turns: sum(({ history }) => history?.turns.length ?? 0),
    rows: sum(({ rows }) => rows.turns.length + rows.calls.length),
    effects: sum(({ rows }) => rows.plans.length),
    parts: sum(({ log }) => log.heard.reduce((total, { first, last }) => total + last - first + 1, 0)),
    streams: sum(({ stream }) => (stream ? 1 : 0)),
    recordings: sum(({ recording }) => (recording ? 1 : 0)),
    events: sum(({ history }) => history?.events ?? 0),
  };
}
