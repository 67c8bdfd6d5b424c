import fc from 'fast-check';
import { callRequestSchema } from '../../../call/request.ts';
import type { CallerSocket, SocketListener } from '../../../gateway/caller-socket.ts';
import { acceptPcm } from '../../../gateway/pcm.ts';
import type { Begin } from '../../../gateway/transport.ts';
import { acceptTwilio } from '../../../gateway/twilio.ts';
import { json } from '../arbitraries.ts';
import { assertSentence, door, Fault, type Outcome } from '../door.ts';
import { encoded, pcmMessage, pcmStart, twilioMessage, twilioStart } from './frames.ts';

/** A socket that keeps what it is told, in place of a connection. */
class KeptSocket {
  listener!: SocketListener;
  closed = false;
  faults: string[] = [];

  listen(listener: SocketListener) {
    this.listener = listener;
  }
  started() {}
  send() {}
  fault(_kind: string, detail: string) {
    this.faults.push(detail);
  }
  close(_code: number, reason: string) {
    if (!this.closed && reason !== 'stopped' && reason !== 'hangup') this.faults.push(reason);
    this.closed = true;
  }
}

/** Messages to one protocol's reader: what it hands on has to be what its types say. */
function tryMessages(
  accept: (socket: CallerSocket, begin: Begin) => void,
  messages: (string | Buffer)[],
): Outcome {
  const socket = new KeptSocket();
  const begin: Begin = (request) => {
    callRequestSchema.parse(request);
    return {
      onAudio(audio) {
        if (!Buffer.isBuffer(audio) || audio.length === 0) throw new Fault('audio that is none');
      },
      onMark: (name) => mustBe('string', name),
      onDigit: (digit) => mustBe('string', digit),
      onText: (words) => mustBe('string', words),
      onHangUp: () => undefined,
      onDropped: () => undefined,
    };
  };
  accept(socket as unknown as CallerSocket, begin);
  for (const message of messages) {
    if (socket.closed) break;
    if (typeof message === 'string') socket.listener.onText(message);
    else socket.listener.onBinary(message);
  }
  socket.listener.onClosed(false);
  for (const fault of socket.faults) {
    if (!/\S+ \S+/.test(fault)) throw new Fault(`no words for what is wrong: ${fault}`);
    assertSentence(`${fault}.`, messages.map(String));
  }
  return socket.faults.length > 0 ? 'refused' : 'accepted';
}

function mustBe(type: string, value: unknown) {
  if (typeof value !== type) throw new Fault(`${typeof value} in place of ${type}`);
}

const talk = <T>(start: fc.Arbitrary<T>, message: fc.Arbitrary<string | Buffer>) =>
  fc
    .tuple(
      fc.oneof({ weight: 5, arbitrary: start as fc.Arbitrary<unknown> }, { weight: 1, arbitrary: json }),
      fc.array(message, { maxLength: 6 }),
    )
    .map(([first, rest]) => [encoded(first), ...rest]);

export const twilioFramesDoor = door({
  name: 'media: messages of Twilio streams',
  share: 15,
  cases: talk(twilioStart('fuzz-1'), twilioMessage),
  attempt: (messages) => tryMessages(acceptTwilio, messages),
});

export const pcmFramesDoor = door({
  name: 'media: messages of /pcm',
  share: 12,
  cases: talk(pcmStart('fuzz-1'), pcmMessage),
  attempt: (messages) => tryMessages(acceptPcm, messages),
});
