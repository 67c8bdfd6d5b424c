import { setPriority } from 'node:os';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { randomUUID } from 'node:crypto';
import { percentile } from '../statistics.ts';
import { TwilioCaller } from '../twilio-caller.ts';
import { loadUtterances } from '../utterances.ts';
import type { CallersPlan, CallersResult, FromCallers, ToCallers } from './plan.ts';

/**
 * A program: callers in a process of their own, so that what they cost is nobody else's, and what the bench's own
 * process does delays none of their frames. Told what to do by its parent.
 */
try {
  // A telephone network is not late because the platform is busy. Only root may ask for this.
  setPriority(-10);
} catch {
  // Then it shares the processors as all do, and its lateness is told.
}

const send = (message: FromCallers) => process.send!(message);
let hangUp!: () => void;
const silentUntilTold = new Promise<void>((resolve) => (hangUp = resolve));

process.on('message', (message: ToCallers) => {
  if (message.type === 'hang-up') hangUp();
  else void run(message.plan).then((result) => process.send!({ type: 'over', result }, () => process.exit()));
});

async function run(plan: CallersPlan): Promise<CallersResult> {
  const utterances = loadUtterances(plan.recordings);
  const loop = monitorEventLoopDelay({ resolution: 1 });
  const cpu = process.cpuUsage();
  const began = performance.now();
  loop.enable();
  let greeted = 0;
  const onGreeted = () => {
    greeted += 1;
    if (greeted === plan.calls) send({ type: 'greeted' });
  };
  const late: number[] = [];
  const calls = await Promise.all(
    Array.from({ length: plan.calls }, async (_, i) => {
      await new Promise((resolve) => setTimeout(resolve, (plan.staggerMs * i) / plan.calls));
      const mine = Array.from({ length: plan.turns }, (__, n) => utterances[(i + n) % utterances.length]!);
      const pause = () => 400 + Math.random() * 500;
      const { interruptsAfterMs, comesBack } = plan;
      const silentUntil = plan.turns === 0 ? silentUntilTold : undefined;
      const habits = { interruptsAfterMs, comesBack, silentUntil, onGreeted };
      const session = `bench-${randomUUID().slice(0, 8)}-${i}`;
      const caller = new TwilioCaller(plan.url, session, mine, pause, plan.customParameters, habits);
      const call = await caller.run();
      for (const ms of caller.lateness) late.push(ms);
      return call;
    }),
  );
  loop.disable();
  const { user, system } = process.cpuUsage(cpu);
  return {
    calls,
    meter: {
      frames: { p50: percentile(late, 0.5), p99: percentile(late, 0.99), most: percentile(late, 1) },
      loop: { p50: loop.percentile(50) / 1e6, p99: loop.percentile(99) / 1e6, most: loop.max / 1e6 },
      cores: (user + system) / 1_000 / (performance.now() - began),
    },
  };
}
