import { z } from 'zod';
import { type MediaFormat, mediaFormatSchema } from '../audio/format.ts';
import { type CallRequest, callRequestSchema } from '../call/request.ts';
import { TOKEN_SECONDS, tokenSchema } from '../call/session-token.ts';
import type { CallerSocket } from './caller-socket.ts';
import { explain, parseJson } from './explain.ts';
import { type Begin, closeCode, type Transport, type TransportListener } from './transport.ts';

/**
 * A plain WebSocket: text messages are JSON with a `type`, binary ones are PCM, 16 bits little-endian, mono,
 * both ways. The first message is `start`; the answer is `started` or `refused`. After `started` the server
 * sends audio, `mark`, `clear`, `token` (to come back with, the last one is good), `event` (where asked for), and
 * `ended` before it closes. The client may send
 * audio at once after `start`; `mark` echoes a mark that has been played.
 */

const START_FIRST = 'send {"type":"start","session":…,"sampleRate":…} first';

const startSchema = callRequestSchema.omit({ origin: true, callSid: true }).extend({
  type: z.literal('start', START_FIRST),
  sampleRate: mediaFormatSchema.shape.sampleRate,
  events: z.boolean().default(false),
  token: tokenSchema.optional(),
});

const laterSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('mark'), name: z.string().max(128) }),
  z.object({ type: z.literal('digit'), digit: z.string().regex(/^[0-9*#A-D]$/) }),
  z.object({ type: z.literal('text'), text: z.string().trim().min(1).max(2_000) }),
  z.object({ type: z.literal('stop') }),
]);

export function acceptPcm(socket: CallerSocket, begin: Begin): void {
  let listener: TransportListener | undefined;

  const onStart = (message: unknown) => {
    if (message === undefined) return refuse(socket, closeCode.unreadable, START_FIRST);
    const start = startSchema.safeParse(message);
    if (!start.success) return refuse(socket, closeCode.refused, explain(start.error));
    const { type: _, sampleRate, events, token, ...call } = start.data;
    const request: CallRequest = { ...call, origin: 'pcm' };
    socket.started();
    const format: MediaFormat = { encoding: 'pcm16', sampleRate };
    listener = begin(request, pcmTransport(socket, request.session, format, events), token);
  };

  const onLater = (to: TransportListener, message: unknown) => {
    const later = laterSchema.safeParse(message);
    if (!later.success) return socket.fault('invalid', explain(later.error));
    switch (later.data.type) {
      case 'mark':
        return to.onMark(later.data.name);
      case 'digit':
        return to.onDigit(later.data.digit);
      case 'text':
        return to.onText(later.data.text);
      case 'stop':
        to.onHangUp();
        return end(socket, closeCode.over, 'hangup');
    }
  };

  socket.listen({
    onText(text) {
      const message = parseJson(text);
      if (!listener) onStart(message);
      else if (message === undefined) socket.fault('malformed', 'a text message that is not JSON');
      else onLater(listener, message);
    },
    onBinary(audio) {
      if (!listener) socket.fault('out-of-order', 'audio before start');
      else if (audio.length === 0 || audio.length % 2 !== 0) socket.fault('invalid', 'half a sample');
      else listener.onAudio(audio);
    },
    onClosed: (clean) => (clean ? listener?.onHangUp() : listener?.onDropped()),
  });
}

function pcmTransport(
  socket: CallerSocket,
  session: string,
  format: MediaFormat,
  events: boolean,
): Transport {
  const send = (message: object) => socket.send(JSON.stringify(message));
  return {
    format,
    confirm: () => send({ type: 'started', session, format }),
    refuse: (code, reason) => refuse(socket, code, reason),
    sendAudio: (audio) => socket.send(audio),
    sendMark: (name) => send({ type: 'mark', name }),
    clear: () => send({ type: 'clear' }),
    sendToken: (token) => send({ type: 'token', token, seconds: TOKEN_SECONDS }),
    sendEvent: events ? (event) => send({ type: 'event', event }) : undefined,
    end: (code, reason) => end(socket, code, reason),
  };
}

function refuse(socket: CallerSocket, code: number, reason: string) {
  socket.send(JSON.stringify({ type: 'refused', reason }));
  socket.close(code, reason);
}

function end(socket: CallerSocket, code: number, reason: string) {
  socket.send(JSON.stringify({ type: 'ended', reason }));
  socket.close(code, reason);
}
