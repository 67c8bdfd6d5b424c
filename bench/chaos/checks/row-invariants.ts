import type { Evidence } from './evidence.ts';
import { debtOf, wantsEffect } from '../script.ts';
import { type Excuses, isWhole, type Note } from './violation.ts';

/** One row a turn and one a call, with the words that the history has. */
export function checkRows({ history, rows, log }: Evidence, note: Note) {
  if (!history) return;
  const keyOf = ({ turn, caller, heard }: { turn: number; caller: string; heard: string }) =>
    JSON.stringify([turn, caller, heard]);
  const inRows = rows.turns.map(keyOf);
  for (const turn of history.turns) {
    const count = inRows.filter((key) => key === keyOf(turn)).length;
    if (count === 0) note('turn lost', `turn ${turn.turn}, “${turn.caller}”, has no row like it`);
    if (count > 1) note('turn doubled', `turn ${turn.turn} has ${count} rows`);
  }
  const surplus = rows.turns.length - history.turns.length;
  if (surplus > 0)
    note('turn doubled', `there are ${rows.turns.length} rows for ${history.turns.length} turns`);
  if (log.lost) return;
  if (rows.calls.length !== 1) note('records differ', `the call has ${rows.calls.length} rows`);
  for (const { turns } of rows.calls) {
    if (turns !== history.turns.length)
      note('records differ', `its row counts ${turns} turns of ${history.turns.length}`);
  }
}

/** Each plan that was asked for is there once, and no other. */
export function checkEffects(evidence: Evidence, excuses: Excuses, note: Note) {
  const { plans, effects } = evidence.rows;
  const { due, allowed } = plansOf(evidence);
  for (const debt of new Set(plans)) {
    const count = plans.filter((other) => other === debt).length;
    if (count > 1) note('effect twice', `the plan over $${debt} was set down ${count} times`);
    if (!allowed.has(debt)) note('effect twice', `a plan over $${debt} was set down that nobody asked for`);
  }
  const missing = excuses.answers || excuses.effects ? [] : due.filter((debt) => !plans.includes(debt));
  for (const debt of missing) note('effect missing', `there is no plan over $${debt}`);
  if (effects !== plans.length)
    note('records differ', `there are ${effects} notes of ${plans.length} effects`);
}

/** Debts of the plans that have to be there, and those that may be. */
function plansOf({ log }: Evidence): { due: number[]; allowed: Set<number> } {
  const asked = log.said.filter(wantsEffect);
  return { due: asked.filter(isWhole).map(debtOf), allowed: new Set(asked.map(debtOf)) };
}
