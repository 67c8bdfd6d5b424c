import { activities } from '../../workflows/activities.ts';
import type { CallInput } from '../../workflows/messages.ts';

/**
 * The same call without arming ahead, for comparison: each stage is started when the one before it has ended, as a
 * workflow of activities is usually written. Same activities, same stream; only the moment of dispatch differs.
 */
export async function call(input: CallInput): Promise<void> {
  const { session, domain, settings } = input.request;
  const act = activities(input.taskQueuePrefix);
  let arming = 0;
  let place = { cursor: '0', audioCursor: '0', connected: false };
  const again = false;
  const speech = () => ({ session, domain, settings, arming: (arming += 1), again, cursor: place.cursor });
  const greeting = { utterance: 'greeting', source: { prompt: 'greeting' as const, nth: 0 } };
  void act.speak({ ...speech(), ...greeting });
  for (let turn = 1; ; turn += 1) {
    const armed = { session, turn, settings, arming: (arming += 1), again };
    const heard = await act.listen({ ...armed, ...place, domain });
    if (heard.kind === 'gone') break;
    if (heard.kind === 'silent') continue;
    await act.reply({ ...armed, cursor: place.cursor, domain, adapter: 'default' });
    const spoken = act.speak({ ...speech(), utterance: `reply-${turn}`, source: { turn } });
    void spoken.catch(() => undefined);
    const { cursor, audioCursor, connected } = heard;
    place = { cursor, audioCursor, connected };
  }
  await act.closeStream({ session, reason: 'the caller hung up' });
}
