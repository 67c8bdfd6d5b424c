import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import fc from 'fast-check';
import { WebSocket } from 'ws';
import { assertSentence, door, Fault } from '../door.ts';
import { encoded, pcmMessage, pcmStart, twilioMessage, twilioStart } from './frames.ts';
import type { DoorMaker } from './maker.ts';

const title = 'WebSockets: messages to real calls';
const SESSION = 'SESSION';
/** How long an answer to nonsense is waited for, ms. */
const WAIT_MS = 30;

const talk = fc.oneof(
  fc.record({
    path: fc.constantFrom('/twilio', '/ws'),
    start: twilioStart(SESSION),
    rest: fc.array(twilioMessage, { maxLength: 5 }),
  }),
  fc.record({
    path: fc.constant('/pcm'),
    start: pcmStart(SESSION),
    rest: fc.array(pcmMessage, { maxLength: 5 }),
  }),
);

/** Calls in real processes: each has a session of its own, and is hung up at the end. */
export const socketDoor: DoorMaker = {
  title,
  async open({ gateway }) {
    return door({
      name: title,
      share: 18,
      cases: talk as fc.Arbitrary<{ path: string; start: unknown; rest: (string | Buffer)[] }>,
      async attempt({ path, start, rest }) {
        const session = `fuzz-${randomUUID().slice(0, 12)}`;
        const socket = new WebSocket(gateway + path, { perMessageDeflate: false });
        socket.on('error', () => undefined);
        await once(socket, 'open').catch(() => {
          throw new Fault('no WebSocket is taken any more');
        });
        const said: string[] = [];
        socket.on('message', (data: Buffer, isBinary) => void (isBinary || said.push(data.toString())));
        const closed = once(socket, 'close') as Promise<[number, Buffer]>;
        const first = encoded(start).replaceAll(SESSION, session);
        for (const message of [first, ...rest]) socket.send(message);
        let timer!: NodeJS.Timeout;
        const waited = new Promise<undefined>((resolve) => (timer = setTimeout(resolve, WAIT_MS, undefined)));
        const end = await Promise.race([closed, waited]);
        clearTimeout(timer);
        if (!end) {
          socket.send(JSON.stringify(path === '/pcm' ? { type: 'stop' } : { event: 'stop' }));
          socket.close();
          return 'accepted';
        }
        const [code, reason] = end;
        if (code === 1011) throw new Fault(`the gateway failed: ${reason.toString()}`);
        if (code === 1000) return 'accepted';
        // What a WebSocket library itself has against a frame has a code, and no words.
        if (reason.length > 0) assertSentence(`${reason.toString()}.`, [first, ...rest.map(String)]);
        return 'refused';
      },
    });
  },
};
