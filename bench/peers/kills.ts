import { setTimeout as sleep } from 'node:timers/promises';
import { workerNames } from '../../config/worker-names.ts';
import { startCallers } from '../meter/callers.ts';
import { report } from '../platform.ts';
import { table } from '../statistics.ts';
import type { CallerReport } from '../twilio-caller.ts';
import { now } from '../twilio-wire.ts';
import type { Contender } from './contender.ts';

const CALLS = 10;
const TURNS = 3;
/** From the last greeting's end to the kill, ms: some callers speak by then, some are being answered. */
const AFTER_GREETING_MS = 3_500;
const STAGGER_MS = 2_000;
/** A bot whose last audio is no older was speaking, ms. */
const SPEAKING_MS = 450;
const RESTART_LIMIT_MS = 30_000;

export interface Kill {
  name: string;
  process: string;
  calls: number;
  lost: number;
  unanswered: number;
  reconnections: number;
  /** From the kill to the next audio of a bot that was speaking, and of a reply that came after it; the longest, ms. */
  goesOnMs: number | undefined;
  longestReplyMs: number | undefined;
}

/** Kills each kind of Orkestra's own processes in mid-call; its servers are for their own replicas to keep up. */
export async function killEach(contender: Contender): Promise<Kill[]> {
  const kills: Kill[] = [];
  const names = contender.name === 'Orkestra' ? workerNames : Object.keys(contender.processes());
  for (const name of names) {
    report(`${contender.name}: kill -9 of ${name}, ${CALLS} calls`);
    kills.push(await killOne(contender, name));
  }
  return kills;
}

async function killOne(contender: Contender, name: string): Promise<Kill> {
  const { url, customParameters } = contender;
  const comesBack = contender.name === 'Orkestra';
  const plan = { url, customParameters, calls: CALLS, turns: TURNS, staggerMs: STAGGER_MS, comesBack };
  const callers = startCallers(plan);
  await callers.greeted;
  await sleep(AFTER_GREETING_MS);
  const pid = contender.processes()[name]!;
  const killedAt = now();
  process.kill(pid, 'SIGKILL');
  const { calls } = await callers.over;
  const sum = (of: (call: CallerReport) => number) => calls.reduce((total, call) => total + of(call), 0);
  const most = (values: number[]) => (values.length > 0 ? Math.max(...values) : undefined);
  if (comesBack) await untilRestarted(contender, name, pid);
  return {
    name: contender.name,
    process: name,
    calls: CALLS,
    lost: sum(({ lost }) => (lost ? 1 : 0)),
    unanswered: sum(({ unanswered }) => unanswered),
    reconnections: sum(({ reconnections }) => reconnections),
    goesOnMs: most(
      calls.flatMap(({ media }) => {
        const last = media.findLast(({ at }) => at <= killedAt);
        const next = media.find(({ at }) => at > killedAt);
        return last && next && killedAt - last.at < SPEAKING_MS ? [next.at - killedAt] : [];
      }),
    ),
    longestReplyMs: most(
      calls.flatMap(({ turns }) =>
        turns
          .filter(({ firstMediaAt }) => firstMediaAt > killedAt)
          .map(({ firstMediaAt, lastSpeechSentAt }) => firstMediaAt - lastSpeechSentAt),
      ),
    ),
  };
}

async function untilRestarted(contender: Contender, name: string, before: number) {
  const giveUpAt = now() + RESTART_LIMIT_MS;
  for (;;) {
    const pid = contender.processes()[name];
    if (pid && pid !== before) return sleep(2_000);
    if (now() > giveUpAt) throw new Error(`${name} was not restarted`);
    await sleep(100);
  }
}

export function printKills(kills: Kill[]): string {
  const ms = (value: number | undefined) => (value === undefined ? '–' : value.toFixed(0));
  return table([
    [
      'kill -9 of',
      '',
      'calls',
      'lost',
      'not answered',
      'came back',
      'audio goes on, ms',
      'longest wait for a reply, ms',
    ],
    ...kills.map((kill) => [
      kill.name,
      kill.process,
      kill.calls,
      kill.lost,
      kill.unanswered,
      kill.reconnections,
      ms(kill.goesOnMs),
      ms(kill.longestReplyMs),
    ]),
  ]);
}
