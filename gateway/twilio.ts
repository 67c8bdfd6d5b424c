import { z } from 'zod';
import type { CallerSocket } from './caller-socket.ts';
import { explain, parseJson } from './explain.ts';
import { type Begin, closeCode, type Transport, type TransportListener } from './transport.ts';
import { requestOfStart } from './twilio-request.ts';

/**
 * Twilio Media Streams, bidirectional (https://www.twilio.com/docs/voice/media-streams/websocket-messages):
 * JSON messages, audio as base64 of μ-law at 8 kHz.
 */

const startSchema = z.object({
  streamSid: z.string().min(1).max(64),
  start: z.object({
    callSid: z.string().max(64),
    customParameters: z.record(z.string().max(64), z.string().max(1_000)).default({}),
    mediaFormat: z
      .object({
        encoding: z.literal('audio/x-mulaw', 'send audio/x-mulaw'),
        sampleRate: z.literal(8_000, 'send 8000 Hz'),
        channels: z.literal(1, 'send one channel'),
      })
      .optional(),
  }),
});
const markSchema = z.object({ mark: z.object({ name: z.string().max(128) }) });
const digitSchema = z.object({ dtmf: z.object({ digit: z.string().regex(/^[0-9*#A-D]$/) }) });

/** Twilio closes the socket itself after `stop`; one that does not is closed after this, ms. */
const AFTER_STOP_MS = 1_000;

interface Media {
  track?: unknown;
  chunk?: unknown;
  payload?: unknown;
}

export function acceptTwilio(socket: CallerSocket, begin: Begin): void {
  let listener: TransportListener | undefined;
  let lastChunk = 0;

  // Fifty a second a call, so checked by hand: a schema costs more than the parsing.
  const onMedia = (media: Media | undefined) => {
    if (!listener) return socket.fault('out-of-order', 'media before start');
    if (typeof media?.payload !== 'string') return socket.fault('invalid', 'media without a payload');
    if (media.track === 'outbound') return;
    const chunk = Number(media.chunk ?? lastChunk + 1);
    if (!(chunk > lastChunk)) return socket.fault('out-of-order', 'a media chunk that is late');
    const audio = Buffer.from(media.payload, 'base64');
    // What is no base64 is skipped in decoding, and leaves less than its length promises.
    if (audio.length === 0 || audio.length !== Buffer.byteLength(media.payload, 'base64')) {
      return socket.fault('invalid', 'a media payload that is not base64');
    }
    lastChunk = chunk;
    listener.onAudio(audio);
  };

  const onStart = (message: unknown) => {
    if (listener) return socket.fault('out-of-order', 'a second start');
    const start = startSchema.safeParse(message);
    if (!start.success) return socket.close(closeCode.refused, explain(start.error));
    const { streamSid } = start.data;
    const { callSid, customParameters } = start.data.start;
    const request = requestOfStart(callSid, customParameters);
    if (!request.success) return socket.close(closeCode.refused, explain(request.error));
    socket.started();
    listener = begin(request.data, twilioTransport(socket, streamSid), customParameters.token);
  };

  const onMessage = (message: { event?: unknown; media?: Media }) => {
    switch (message.event) {
      case 'media':
        return onMedia(message.media);
      case 'mark': {
        const mark = markSchema.safeParse(message);
        if (mark.success) listener?.onMark(mark.data.mark.name);
        else socket.fault('invalid', explain(mark.error));
        return;
      }
      case 'dtmf': {
        const digit = digitSchema.safeParse(message);
        if (digit.success) listener?.onDigit(digit.data.dtmf.digit);
        else socket.fault('invalid', explain(digit.error));
        return;
      }
      case 'start':
        return onStart(message);
      case 'stop':
        listener?.onHangUp();
        setTimeout(() => socket.close(closeCode.over, 'stopped'), AFTER_STOP_MS).unref();
        return;
      case 'connected':
        return;
      default:
        socket.fault('unknown', 'an event that is not of Twilio Media Streams');
    }
  };

  socket.listen({
    onText(text) {
      const message = parseJson(text);
      if (typeof message === 'object' && message !== null) onMessage(message);
      else if (listener) socket.fault('malformed', 'a message that is not JSON');
      else socket.close(closeCode.unreadable, 'send JSON messages of Twilio Media Streams');
    },
    onBinary() {
      if (listener) socket.fault('wrong-kind', 'a binary message');
      else socket.close(closeCode.wrongKind, 'send text messages; PCM audio goes to /pcm');
    },
    onClosed: (clean) => (clean ? listener?.onHangUp() : listener?.onDropped()),
  });
}

function twilioTransport(socket: CallerSocket, streamSid: string): Transport {
  const sid = JSON.stringify(streamSid);
  const mediaHead = `{"event":"media","streamSid":${sid},"media":{"payload":"`;
  const cleared = `{"event":"clear","streamSid":${sid}}`;
  const base64 = (audio: Uint8Array) =>
    Buffer.from(audio.buffer, audio.byteOffset, audio.byteLength).toString('base64');
  return {
    format: { encoding: 'mulaw', sampleRate: 8_000 },
    confirm: () => undefined,
    refuse: (code, reason) => socket.close(code, reason),
    sendAudio: (audio) => socket.send(`${mediaHead}${base64(audio)}"}}`),
    sendMark: (name) => socket.send(JSON.stringify({ event: 'mark', streamSid, mark: { name } })),
    clear: () => socket.send(cleared),
    end: (code, reason) => socket.close(code, reason),
  };
}
