import type { CallStream } from '../../stream/call-stream.ts';

/**
 * How many whole sentences of an utterance are on the call's out stream already, by revision: what an attempt that
 * died has done. The stream keeps two minutes, so this reads a few MB at the most, and only on a retry.
 */
export async function sentencesOut(
  stream: CallStream,
  utterance: string,
): Promise<(revision: number | undefined) => number> {
  const whole = new Map<number | undefined, number>();
  const subscription = await stream.onAudioOut('0', ({ header }) => {
    if (header.utterance !== utterance || !header.lastOfSentence) return;
    whole.set(header.revision, Math.max(whole.get(header.revision) ?? 0, header.sentence + 1));
  });
  subscription.close();
  return (revision) => whole.get(revision) ?? 0;
}
