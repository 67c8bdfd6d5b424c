import type { Database } from '../../store/database.ts';
import { CliError } from '../error.ts';
import { figures, type Report, type Section } from './report.ts';

/** One call, turn by turn. Throws CliError where there are no rows of it. */
export async function sessionReport(
  db: Database,
  session: string,
  currency: string,
): Promise<Omit<Report, 'kind'>> {
  const { rows: calls } = await db.query('select * from calls where session = $1', [session]);
  const { rows: turns } = await db.query('select * from turns where session = $1 order by turn', [session]);
  if (calls.length === 0 && turns.length === 0) {
    throw new CliError(
      `There are no rows of session ${session}: it is unknown, or its first turn has not ended; \`orkestra monitor-session ${session}\` shows a call that goes on.`,
    );
  }
  return {
    title: `session ${session}`,
    currency,
    sections: [callSection(calls[0], turns), turnSection(turns)],
  };
}

type Row = Record<string, any>;

function callSection(call: Row | undefined, turns: Row[]): Section {
  if (!call) return figures('call', 'The call has not ended', [['turns so far', turns.length, 'count']]);
  const { answered_at, ended_at, cost } = call;
  const turnCost = turns.reduce((sum, turn) => sum + costOf(turn), 0);
  return figures('call', 'The call', [
    ['began', call.started_at.toISOString(), 'text'],
    ['domain', call.domain, 'text'],
    ['ended', `${call.reason} (${call.outcome})`, 'text'],
    ['resolved, as far as the call tells', call.resolved ? 'yes' : 'no', 'text'],
    ['called again', call.followed_at ? call.followed_at.toISOString() : 'no', 'text'],
    ['handle time', answered_at ? (ended_at - answered_at) / 1_000 : undefined, 's'],
    ['caller spoke', ms(call.caller_ms), 's'],
    ['bot spoke', ms(call.bot_ms), 's'],
    ['nobody spoke', ms(call.silent_ms), 's'],
    ['mean opinion score, estimated', call.mos ?? undefined, 'decimal'],
    ['cost', cost + turnCost, 'money'],
  ]);
}

const ms = (value: number | null) => (value === null ? undefined : value / 1_000);
const costOf = (turn: Row) => turn.listen_cost + turn.reply_cost + turn.speak_cost;

function turnSection(turns: Row[]): Section {
  const stages = ['detection', 'recognition', 'endpointing', 'reply', 'speech'];
  const inMs = (key: string, title: string) => ({ key, title, unit: 'ms' as const });
  return {
    key: 'turns',
    title: 'Turns',
    columns: [
      { key: 'turn', title: 'turn', unit: 'text' },
      { key: 'outcome', title: 'outcome', unit: 'text' },
      inMs('voiceToVoice', 'voice to voice'),
      ...stages.map((stage) => inMs(stage, stage)),
      { key: 'source', title: 'from', unit: 'text' },
      { key: 'cost', title: 'cost', unit: 'money' },
      { key: 'words', title: 'caller → what they heard', unit: 'text' },
    ],
    rows: turns.map((turn) => ({
      turn: String(turn.turn),
      outcome: turn.outcome,
      voiceToVoice: turn.voice_to_voice_ms ?? undefined,
      ...Object.fromEntries(stages.map((stage) => [stage, turn[`${stage}_ms`] ?? undefined])),
      source: turn.source === 'model' ? turn.engine : turn.source,
      cost: costOf(turn),
      words: `“${turn.caller}” → “${turn.heard}”`,
    })),
  };
}
