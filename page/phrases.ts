/** What the workflow calls the end of a call, as its caller would. */
const endings: Record<string, string> = {
  hangup: 'You hung up.',
  'the caller hung up': 'You hung up.',
  'the caller said goodbye': 'You said goodbye, and the call is over.',
  'the caller was silent': 'Nothing was heard of you for a while, so the call is over.',
};

/** Why the call is over, and how quick its replies were, ms. */
export function endingOf(reason: string, replies: readonly number[]): string {
  const ending = endings[reason] ?? `The call is over: ${reason}.`;
  if (replies.length === 0) return ending;
  const median = replies.toSorted((a, b) => a - b)[Math.floor((replies.length - 1) / 2)]!;
  const quick =
    replies.length === 1
      ? `The reply began ${median} ms after your last word.`
      : `${replies.length} replies; they began ${median} ms after your last word (median).`;
  return `${ending} ${quick}`;
}

/** `card-services` → `Card services`. */
export function nameOf(domain: string): string {
  const words = domain.replaceAll('-', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}
