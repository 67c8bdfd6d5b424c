import { answerTo, type Line, wordsOf } from '../script.ts';
import { hashOf } from '../sound/bot-code.ts';
import type { Evidence } from './evidence.ts';
import { isWhole, type Note } from './violation.ts';

/** Spans are cut by the ms: a part at the seam of two may be cut in half. */
const AT_SEAMS = 3;

/** What was said and heard since the greeting is in the recording, once. */
export function checkRecording({ recording, log }: Evidence, greeting: readonly string[], note: Note) {
  if (!recording || log.lost) return;
  // Before the caller has been told that the call is recorded, nothing of it is.
  const hashes = greeting.map(hashOf);
  const told = log.heard.find(({ hash, last, total }) => hashes.includes(hash) && last === total - 1);
  const toldAt = told?.to ?? Infinity;
  const counts = new Map<string, number>();
  for (const { hash, index } of recording.bot) {
    const key = `${hash}/${index}`;
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  const recorded = new Set(recording.caller.map((line: Line) => wordsOf(line)));
  for (const said of log.said) {
    if (!isWhole(said) || said.answeredAt === undefined || said.from < toldAt) continue;
    if (!recorded.has(wordsOf(said))) note('records differ', `the recording lacks “${wordsOf(said)}”`);
    for (const text of answerTo(said)) {
      const hash = hashOf(text);
      const runs = log.heard.filter((run) => run.hash === hash);
      const heard = runs.reduce((sum, { first, last }) => sum + last - first + 1, 0);
      const kept = [...counts].filter(([key]) => key.startsWith(`${hash}/`));
      if (kept.length < heard - AT_SEAMS) {
        note('records differ', `the recording has ${kept.length} of ${heard} parts of “${text}”`);
      }
      if (kept.some(([, count]) => count > 1)) note('records differ', `“${text}” is in the recording twice`);
    }
  }
}
