import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { getExpectedTwilioSignature } from 'twilio/lib/webhooks/webhooks.js';
import { Happenings } from '../gateway/wait.ts';

const ACCOUNT = `AC${'0'.repeat(32)}`;
const TOKEN = 'a token of tests';
export const BOT_NUMBER = '+14155550100';
export const AGENT_NUMBER = '+14155550199';

export interface PlacedCall {
  sid: string;
  to: string;
  from: string;
  status: string;
  createdAt: Date;
  form: URLSearchParams;
}

/** How the next request to place a call goes wrong. */
type Mishap = 'lost-before' | 'lost-after' | 'unanswered' | 'refused' | 'unavailable';

/**
 * What Twilio is to Orkestra, on this machine: the REST API of calls, with its forms, its basic authentication and
 * its error bodies, and webhooks that are signed like Twilio's.
 */
export class TwilioService {
  readonly calls: PlacedCall[] = [];
  /** Each request to place a call, also those that went wrong. */
  readonly requests = new Happenings<URLSearchParams>();
  readonly updates = new Happenings<{ sid: string; form: URLSearchParams }>();
  mishaps: Mishap[] = [];
  /** Where the gateway is reached from outside. */
  publicUrl = 'https://voice.example.com';

  private constructor(private readonly server: Server) {}

  static async open(): Promise<TwilioService> {
    const server = createServer();
    const service = new TwilioService(server);
    server.on('request', (request, response) => void service.serve(request, response));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return service;
  }

  get config() {
    const { port } = this.server.address() as AddressInfo;
    return {
      accountSid: ACCOUNT,
      authToken: TOKEN,
      from: BOT_NUMBER,
      agentNumber: AGENT_NUMBER,
      publicUrl: this.publicUrl,
      apiUrl: `http://127.0.0.1:${port}`,
    };
  }

  /** Asks a webhook at `gateway` as Twilio does: the signature is of the public address. */
  async ask(gateway: string, path: string, form: Record<string, string>) {
    const signature = getExpectedTwilioSignature(TOKEN, `${this.publicUrl}${path}`, form);
    const response = await fetch(`${gateway}${path}`, {
      method: 'POST',
      headers: { 'x-twilio-signature': signature },
      body: new URLSearchParams(form),
    });
    return { status: response.status, body: await response.text() };
  }

  async close() {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, 'close');
  }

  private async serve(request: IncomingMessage, response: ServerResponse) {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const form = new URLSearchParams(Buffer.concat(chunks).toString());
    const url = new URL(request.url!, 'http://twilio');
    const json = (status: number, body: unknown) =>
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    const credentials = `Basic ${Buffer.from(`${ACCOUNT}:${TOKEN}`).toString('base64')}`;
    if (request.headers.authorization !== credentials) {
      return json(401, { code: 20003, message: 'Authenticate', status: 401 });
    }
    const base = `/2010-04-01/Accounts/${ACCOUNT}/Calls`;
    if (url.pathname === `${base}.json` && request.method === 'GET') {
      const asked = (call: PlacedCall) =>
        call.to === url.searchParams.get('To') && call.from === url.searchParams.get('From');
      return json(200, { calls: this.calls.filter(asked).toReversed().map(asResource) });
    }
    if (url.pathname === `${base}.json` && request.method === 'POST') return this.place(form, json, request);
    const sid = url.pathname.match(new RegExp(`^${base}/(CA[0-9a-f]{32})\\.json$`))?.[1];
    const call = this.calls.find((one) => one.sid === sid);
    if (!call)
      return json(404, { code: 20404, message: 'The requested resource was not found', status: 404 });
    if (form.get('Status') === 'completed') call.status = 'completed';
    this.updates.add({ sid: call.sid, form });
    return json(200, asResource(call));
  }

  private place(
    form: URLSearchParams,
    json: (status: number, body: unknown) => void,
    request: IncomingMessage,
  ) {
    const mishap = this.mishaps.shift();
    const to = form.get('To') ?? '';
    const placed: PlacedCall = {
      sid: `CA${randomBytes(16).toString('hex')}`,
      to,
      from: form.get('From') ?? '',
      status: 'queued',
      createdAt: new Date(),
      form,
    };
    if (!mishap || mishap === 'lost-after' || mishap === 'unanswered') this.calls.push(placed);
    if (mishap === 'refused') {
      json(400, { code: 21211, message: `The 'To' number ${to} is not a valid phone number.`, status: 400 });
    } else if (mishap === 'unavailable') {
      json(503, { code: 20503, message: 'Service unavailable', status: 503 });
    } else if (mishap === undefined) json(201, asResource(placed));
    else if (mishap !== 'unanswered') request.socket.destroy();
    this.requests.add(form);
  }
}

const asResource = ({ sid, to, from, status, createdAt }: PlacedCall) => ({
  sid,
  account_sid: ACCOUNT,
  to,
  from,
  status,
  direction: 'outbound-api',
  date_created: createdAt.toUTCString(),
});
