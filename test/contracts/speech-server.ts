import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { z } from 'zod';
import { Resampler } from '../../audio/resample.ts';
import { readWav } from '../../audio/wav.ts';
import type { SttEngine } from '../../engines/stt/engine.ts';
import type { TtsEngine } from '../../engines/tts/engine.ts';

const speechSchema = z.object({
  model: z.string(),
  input: z.string(),
  voice: z.string(),
  response_format: z.literal('pcm'),
  speed: z.number().optional(),
});

/** A server that speaks OpenAI's transcription and speech APIs, with real engines behind it. */
export class SpeechServer {
  /** What was asked for, as the form's fields or the JSON body. */
  readonly requests: Record<string, unknown>[] = [];
  /** Answers whose connection the client has closed before their end. */
  abandoned = 0;
  /** Answers the next requests with these, one each, instead of doing their work. */
  readonly failures: { status: number; message: string }[] = [];
  private readonly server = createServer((request, response) => {
    this.serve(request, response).catch((error: unknown) => {
      response.destroy(error as Error);
    });
  });

  constructor(private readonly engines: { stt?: SttEngine; tts?: TtsEngine }) {}

  async start(): Promise<string> {
    await new Promise<void>((resolve) => {
      this.server.listen(0, '127.0.0.1', resolve);
    });
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/v1`;
  }

  async stop() {
    this.server.closeAllConnections();
    await new Promise((resolve) => {
      this.server.close(resolve);
    });
    await this.engines.stt?.close();
    await this.engines.tts?.close();
  }

  private async serve(request: IncomingMessage, response: ServerResponse) {
    if (request.url === '/v1/models') return json(response, 200, { object: 'list', data: [] });
    const body = new Response(Readable.toWeb(request) as ReadableStream, {
      headers: { 'content-type': request.headers['content-type'] ?? '' },
    });
    if (request.url === '/v1/audio/transcriptions') return this.transcribe(body, response);
    if (request.url === '/v1/audio/speech') return this.speak(body, response);
    return json(response, 404, { error: { message: 'no such address' } });
  }

  private async transcribe(body: Response, response: ServerResponse) {
    const form = await body.formData();
    const file = form.get('file') as File;
    this.requests.push({ ...Object.fromEntries(form), file: { name: file.name, type: file.type } });
    if (this.refuse(response)) return;
    const { samples, sampleRate } = readWav(new Uint8Array(await file.arrayBuffer()));
    if (sampleRate !== 16_000) return json(response, 400, { error: { message: `${sampleRate} Hz` } });
    const stream = this.engines.stt!.open({ language: 'en', onPartial: () => undefined });
    stream.write(samples);
    const { text } = await stream.finalize();
    stream.close();
    return json(response, 200, { text });
  }

  private async speak(body: Response, response: ServerResponse) {
    const asked = speechSchema.parse(await body.json());
    this.requests.push(asked);
    if (this.refuse(response)) return;
    const { input: text, speed = 1 } = asked;
    const abort = new AbortController();
    response.on('close', () => {
      if (!response.writableFinished) this.abandoned++;
      abort.abort();
    });
    response.writeHead(200, { 'content-type': 'audio/pcm' });
    const resampler = new Resampler(this.engines.tts!.sampleRate, 24_000);
    // In the middle of a sample, as a network would.
    const send = (samples: Int16Array) => {
      const bytes = Buffer.from(samples.buffer, samples.byteOffset, samples.byteLength);
      response.write(bytes.subarray(0, 1_001));
      response.write(bytes.subarray(1_001));
    };
    for await (const samples of this.engines.tts!.synthesize(
      { text, voice: 'default', speed },
      abort.signal,
    )) {
      send(resampler.process(samples));
    }
    send(resampler.flush());
    response.end();
  }

  private refuse(response: ServerResponse): boolean {
    const failure = this.failures.shift();
    if (failure) json(response, failure.status, { error: { message: failure.message } });
    return failure !== undefined;
  }
}

function json(response: ServerResponse, status: number, body: unknown) {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}
