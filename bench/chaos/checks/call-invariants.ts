import type { HeardRun, Utterance } from '../caller/call-log.ts';
import { answerTo, lineIn, notUnderstood, pleaseWait, wordsOf } from '../script.ts';
import { hashOf, partMs } from '../sound/bot-code.ts';
import type { Evidence } from './evidence.ts';
import { type Excuses, isWhole, type Note } from './violation.ts';

/** A gateway that goes on with another one's sentence goes back so far at the most, ms. */
const SAID_AGAIN_MS = 1_600;

/** The call went its way to the end that its caller chose. */
export function checkCall({ log, history }: Evidence, note: Note) {
  if (log.lost) note('call lost', `the caller: ${log.lost}`);
  else if (!history) note('call lost', 'Temporal knows no such call');
  else if (history.status !== 'COMPLETED') note('call lost', `its workflow is ${history.status}`);
  else if (history.reason !== 'the caller hung up') note('call lost', `it ended since ${history.reason}`);
  for (const failure of history?.taskFailures ?? [])
    note('records differ', `a workflow task failed: ${failure}`);
}

/** Every utterance is a turn, once, in order; every turn is an utterance. */
export function checkTurns({ log, history }: Evidence, excuses: Excuses, note: Note) {
  if (!history || excuses.words) return;
  const turns = history.turns.map(({ caller }) => caller);
  const mayBeUnclear = log.said.some(({ broken }) => broken);
  let place = -1;
  for (const said of log.said) {
    const words = wordsOf(said);
    const places = turns.flatMap((caller, i) => (caller === words ? [i] : []));
    if (places.length > 1) note('turn doubled', `“${words}” is ${places.length} turns`);
    if (places.length === 0 && isWhole(said)) note('turn lost', `“${words}” is no turn`);
    if (places.length > 0 && places[0]! < place) note('records differ', `“${words}” came out of order`);
    place = Math.max(place, places[0] ?? -1);
  }
  const known = new Set(log.said.map(wordsOf));
  for (const [i, caller] of turns.entries()) {
    const unclear = lineIn(caller) === undefined;
    if (!known.has(caller) && !(unclear && mayBeUnclear))
      note('turn doubled', `nobody said “${caller}”, turn ${i + 1}`);
  }
  history.turns.forEach(({ turn }, i) => {
    if (turn !== i + 1) note('records differ', `turn ${turn} stands in place ${i + 1}`);
  });
  if (history.callRows > 1) note('records differ', `the call was handed over ${history.callRows} times`);
}

/** Each part of each sentence of an answer is heard once, in order; nothing else is heard but what may be. */
export function checkHeard(
  { log, history }: Evidence,
  greeting: readonly string[],
  excuses: Excuses,
  note: Note,
) {
  const heard = new Map<number, HeardRun[]>();
  for (const run of log.heard) heard.set(run.hash, [...(heard.get(run.hash) ?? []), run]);
  const sentences = new Map(greeting.map((text) => [hashOf(text), text]));
  for (const said of log.said) for (const text of answerTo(said)) sentences.set(hashOf(text), text);
  // Said in as many answers as take long.
  heard.delete(hashOf(pleaseWait));
  // Of words that broke off the recogniser may have heard too little.
  if (log.said.some(({ broken }) => broken)) heard.delete(hashOf(notUnderstood));
  for (const [hash, runs] of heard) {
    const text = sentences.get(hash);
    if (!text && !excuses.answers && !excuses.effects)
      note('records differ', 'a sentence was heard that nobody should have said');
    const twiceMs = text ? heardTwiceMs(runs, log.breaks) : 0;
    if (twiceMs > 0) note('sentence repeated', `${twiceMs} ms of “${text}” were heard twice`);
  }
  for (const said of log.said) {
    if (!isWhole(said) || excuses.answers || excuses.words) continue;
    if (said.answeredAt === undefined) note('turn lost', `“${wordsOf(said)}” was not answered to the end`);
    else checkAnswer(said, log.heard, note);
    const turn = history?.turns.find(({ caller }) => caller === wordsOf(said));
    const answer = answerTo(said).join(' ');
    if (turn && !turn.heard.endsWith(answer) && said.answeredAt !== undefined) {
      note('records differ', `of the answer to “${wordsOf(said)}”, “${turn.heard}” counts as heard`);
    }
  }
}

/** Of one sentence, but for the word or two before a break of the connection: they are said again after it. */
function heardTwiceMs(runs: readonly HeardRun[], breaks: Evidence['log']['breaks']): number {
  let twice = 0;
  for (const [i, run] of runs.entries()) {
    const before = runs[i - 1];
    const again = Math.max(0, ...runs.slice(0, i).map(({ last }) => last - run.first + 1));
    const isGoingOn =
      before !== undefined &&
      before.last < before.total - 1 &&
      again * partMs <= SAID_AGAIN_MS &&
      breaks.some(({ at }) => at >= before.to - partMs && at <= run.from);
    if (!isGoingOn) twice += again;
  }
  return twice * partMs;
}

function checkAnswer(said: Utterance, heard: Evidence['log']['heard'], note: Note) {
  let after = said.to!;
  for (const text of answerTo(said)) {
    const hash = hashOf(text);
    const runs = heard.filter((run) => run.hash === hash);
    const parts = runs.reduce((sum, { first, last }) => sum + last - first + 1, 0);
    if (runs.length === 0 || parts < runs[0]!.total)
      note('words missing', `${parts * 20} ms were heard of “${text}”`);
    if (runs.length > 0 && runs[0]!.from < after) note('records differ', `“${text}” was heard out of order`);
    after = runs.at(-1)?.to ?? after;
  }
}

export function checkStream({ stream, log }: Evidence, note: Note) {
  if (!stream) return;
  for (const [turn, texts] of Object.entries(stream.finals)) {
    if (new Set(texts).size > 1)
      note('records differ', `turn ${turn} was heard as ${[...new Set(texts)].join(' and as ')}`);
  }
  if (log.lost === undefined && stream.callEnds === 0)
    note('records differ', 'the stream of the call does not say that it ended');
  if (log.breaks.length > 0) return;
  for (const [utterance, ends] of Object.entries(stream.ends)) {
    if (ends > 1) note('records differ', `the end of ${utterance} was told ${ends} times`);
  }
}
