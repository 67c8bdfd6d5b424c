import { WebSocket } from 'ws';

/** A call that does not come to its end by then is lost, ms. */
const CALL_MS = 60_000;
/** 20 ms at 16 kHz. */
const SILENCE = Buffer.alloc(640);
const SETTINGS = { cache: false, endpointingMs: 0, endpointingMaxMs: 0 };

/**
 * A whole call in well under a second: hears the greeting begin, asks something, hears the reply begin, and hangs up.
 * Rejects where any of that does not happen.
 */
export function shortCall(gatewayUrl: string, session: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(`${gatewayUrl}/pcm`, { perMessageDeflate: false });
    const send = (message: object) => socket.send(JSON.stringify(message));
    let state = 'connecting';
    const timer = setTimeout(() => {
      socket.terminate();
      reject(new Error(`the call ${session} hangs: ${state}`));
    }, CALL_MS);
    socket.on('open', () => {
      send({ type: 'start', session, sampleRate: 16_000, events: true, settings: SETTINGS });
      socket.send(SILENCE);
    });
    socket.on('message', (data: Buffer, isBinary) => {
      if (isBinary) return;
      const { type, event, reason } = JSON.parse(data.toString()) as {
        type: string;
        reason?: string;
        event?: { type: string; utterance?: string };
      };
      if (type === 'refused') state = `refused: ${reason}`;
      if (event?.type !== 'playback.started') return;
      if (event.utterance === 'greeting') {
        state = 'greeted';
        send({ type: 'text', text: 'What is my balance?' });
      } else if (event.utterance === 'reply-1') {
        state = 'answered';
        send({ type: 'stop' });
      }
    });
    socket.on('error', () => undefined);
    socket.on('close', (code) => {
      clearTimeout(timer);
      if (state === 'answered') resolve();
      else reject(new Error(`the call ${session} was lost (${state}, code ${code})`));
    });
  });
}
