import { setTimeout as sleep } from 'node:timers/promises';
import { assertNoneLost, startCallers } from './callers.ts';
import type { CallersPlan, CallersResult } from './plan.ts';
import { type ProcessCosts, ProcessMeter } from './process-cost.ts';

/** What calls are made to, and whose processes are metered meanwhile. */
export interface Target {
  url: string;
  customParameters: Record<string, string>;
  processes(): Record<string, number>;
}

const SETTLE_MS = 2_000;
const WATCHED_MS = 8_000;

/** Before anything is measured, of every contender: code is compiled and heaps have grown that the first calls need. */
export async function warmUp(target: Target): Promise<void> {
  await talk(target, { calls: 5, turns: 4, staggerMs: 1_000 });
  await sleep(SETTLE_MS);
}

/** Costs while nothing is asked of it. */
export async function idleCosts(target: Target): Promise<ProcessCosts> {
  const meter = new ProcessMeter(target.processes());
  await sleep(WATCHED_MS);
  return meter.stop();
}

/** Costs while callers are connected and nobody speaks, after their greeting. Throws where one is lost. */
export async function silentCosts(target: Target, calls: number): Promise<ProcessCosts> {
  // Else the bot would ask whether they are still there.
  const customParameters = { ...target.customParameters, 'set.idlePromptMs': '120000' };
  const callers = startCallers({ url: target.url, calls, turns: 0, staggerMs: 1_000, customParameters });
  await callers.greeted;
  await sleep(SETTLE_MS);
  const costs = await idleCosts(target);
  callers.hangUp();
  assertNoneLost(await callers.over);
  await sleep(SETTLE_MS);
  return costs;
}

export interface Talk extends CallersResult {
  costs: ProcessCosts;
  /** Of all calls together, s. */
  callSeconds: number;
}

/** Callers who talk, and costs from the first connection to the last goodbye. */
export async function talk(
  target: Target,
  plan: Omit<CallersPlan, 'url' | 'customParameters'>,
): Promise<Talk> {
  const meter = new ProcessMeter(target.processes());
  const { url, customParameters } = target;
  const result = await startCallers({ url, customParameters, ...plan }).over;
  const callSeconds = result.calls.reduce((sum, { seconds }) => sum + seconds, 0);
  return { ...result, costs: meter.stop(), callSeconds };
}
