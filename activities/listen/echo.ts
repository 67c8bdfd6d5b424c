import { plainWords } from './backchannels.ts';

/** How far back an echo can reach: the last words that were played before the bot fell silent. */
const REACH_WORDS = 14;
/** What a recogniser may get wrong of an echo, which is faint and begins and ends within words: share of letters. */
const GARBLED = 0.34;
/** What is shorter is an echo only where it repeats whole words. */
const FEW_LETTERS = 6;

/** Whether these words repeat what the bot has just said: `said` are its words up to where it fell silent. */
export function isEcho(text: string, said: string): boolean {
  const heard = plainWords(text);
  const recent = plainWords(said).split(' ').slice(-REACH_WORDS).join(' ');
  if (heard === '' || recent === '') return false;
  if (heard.length < FEW_LETTERS) return ` ${recent} `.includes(` ${heard} `);
  return editsToFind(heard, recent) <= GARBLED * heard.length;
}

/** Letters to change, add or drop in `needle` until some part of `hay` holds it. */
function editsToFind(needle: string, hay: string): number {
  let row = Array.from({ length: hay.length + 1 }, () => 0);
  for (let i = 1; i <= needle.length; i++) {
    const next = [i];
    for (let j = 1; j <= hay.length; j++) {
      const changed = row[j - 1]! + (needle[i - 1] === hay[j - 1] ? 0 : 1);
      next.push(Math.min(changed, row[j]! + 1, next[j - 1]! + 1));
    }
    row = next;
  }
  return Math.min(...row);
}
