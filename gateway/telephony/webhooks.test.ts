import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Registry } from 'prom-client';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { CallRequest } from '../../call/request.ts';
import type { LineReport } from '../../call/telephone.ts';
import { readToken } from '../../call/session-token.ts';
import type { NamedKey } from '../../config/keys.ts';
import { loadConfig } from '../../config/load.ts';
import { createLogger } from '../../config/log.ts';
import { AGENT_NUMBER, BOT_NUMBER, TwilioService } from '../../test/telephony/twilio-service.ts';
import type { Admission, Busy } from '../admission.ts';
import { CallerTokens } from '../caller-tokens.ts';
import { createHttpServer } from '../http.ts';
import { gatewayMetrics } from '../metrics.ts';
import type { LineAnswer } from './lines.ts';
import { telephonyHandler } from './webhooks.ts';

const SID = `CA${'1'.repeat(32)}`;
const PERSON_SID = `CA${'2'.repeat(32)}`;
const log = createLogger(loadConfig({ ORKESTRA_LOG_LEVEL: 'silent' }), 'test');

let twilio: TwilioService;
let server: Server;
let gateway: string;
let answer: () => Promise<LineAnswer>;
let summary: string | undefined;
let asked: CallRequest[];
let reports: [string, LineReport][];
/** Why no new call is taken, and the calls that were let in before. */
let busy: Busy | undefined;
let known: string[];
let registry: Registry;

async function serve(config: Partial<TwilioService['config']>, sessionKeys: NamedKey[] = []) {
  registry = new Registry();
  const lines = {
    answer: (request: CallRequest) => {
      asked.push(request);
      return answer();
    },
    report: async (session: string, report: LineReport) => void reports.push([session, report]),
    summaryOf: async () => summary,
  };
  const handler = telephonyHandler({
    twilio: config as TwilioService['config'],
    lines,
    tokens: new CallerTokens({ sessionKeys, open: true }),
    admission: {
      promise: () => busy,
      isKnown: async (session: string) => known.includes(session),
    } as unknown as Admission,
    metrics: gatewayMetrics(registry),
    log,
  });
  server = createHttpServer({}, [handler], []);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  gateway = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const stop = () => new Promise((resolve) => (server.closeAllConnections(), server.close(resolve)));

beforeEach(async () => {
  [answer, summary, asked, reports] = [async () => 'bot', undefined, [], []];
  [busy, known] = [undefined, []];
  twilio = await TwilioService.open();
  await serve(twilio.config);
});

afterEach(async () => {
  await stop();
  await twilio.close();
});

const call = {
  CallSid: SID,
  From: '+14155550123',
  To: BOT_NUMBER,
  Direction: 'inbound',
  CallStatus: 'ringing',
};
const voice = (form: Record<string, string> = call, query = '') =>
  twilio.ask(gateway, `/twilio/voice${query}`, form);

describe('a call that comes in', () => {
  test('gets a token for its stream, where there is a key', async () => {
    const keys = [{ name: 'k', secret: Buffer.alloc(32, 1) }];
    await stop();
    await serve(twilio.config, keys);
    const { body } = await voice();
    const token = /<Parameter name="token" value="([^"]+)"/.exec(body)![1]!;
    expect(readToken(keys, token)).toEqual({ session: SID, domain: 'banking', phone: '+14155550123' });
    // Twilio takes 500 characters of a parameter's name and value.
    expect('token'.length + token.length).toBeLessThan(500);
  });

  test('is streamed to the bot, and asks again when the stream ends', async () => {
    const { status, body } = await voice();
    expect(status).toBe(200);
    expect(body).toBe(
      '<?xml version="1.0" encoding="UTF-8"?><Response><Connect>' +
        '<Stream url="wss://voice.example.com/twilio">' +
        `<Parameter name="session" value="${SID}"/>` +
        '<Parameter name="domain" value="banking"/>' +
        '<Parameter name="phone" value="+14155550123"/>' +
        '</Stream></Connect>' +
        `<Redirect method="POST">https://voice.example.com/twilio/voice?session=${SID}&amp;again=1</Redirect>` +
        '</Response>',
    );
    expect(asked).toMatchObject([{ session: SID, callSid: SID, phone: '+14155550123', origin: 'twilio' }]);
  });

  test('may have its domain and settings in the address of the webhook', async () => {
    const { body } = await voice(call, '?domain=banking&set.speed=1.2');
    expect(asked[0]).toMatchObject({ domain: 'banking', settings: { speed: 1.2 } });
    expect(body).toContain('<Parameter name="set.speed" value="1.2"/>');
  });

  test('is told when the address asks for what there is not', async () => {
    const { status, body } = await voice(call, '?set.sped=1.2');
    expect([status, body]).toEqual([400, 'settings: Unrecognized key: "sped"\n']);
  });

  test('from a withheld number is taken all the same', async () => {
    await voice({ ...call, From: 'anonymous' });
    expect(asked[0]!.phone).toBeUndefined();
  });

  test('comes back to the same call after its stream has ended', async () => {
    await voice(call, `?session=${SID}&again=2`);
    const { body } = await voice(call, `?session=${SID}&again=3`);
    expect(asked.map(({ session }) => session)).toEqual([SID, SID]);
    expect(body).toMatch(/^<\?xml[^>]*><Response><Pause length="2"\/><Connect>/);
    expect(body).toContain('&amp;again=4');
  });

  test('hears the busy tone where no new call is taken, and is not answered', async () => {
    busy = 'full';
    const { status, body } = await voice();
    expect(status).toBe(200);
    expect(body).toMatch(/<Response><Reject reason="busy"\/><\/Response>$/);
    expect(asked).toEqual([]);
    expect(await registry.metrics()).toContain('orkestra_gateway_refused_total{reason="full"} 1');
  });

  test.each([
    ['comes back', call, `?session=${SID}&again=1`, []],
    ['was placed', { ...call, Direction: 'outbound-api' }, '?session=placed-1', []],
    ['was let in when Twilio asked before', call, '', [SID]],
  ])('that %s is taken however busy the gateway is', async (_, form, query, before) => {
    [busy, known] = ['full', before];
    expect((await voice(form, query)).body).toContain('<Connect>');
  });

  test('that comes back without end is ended', async () => {
    const { body } = await voice(call, `?session=${SID}&again=31`);
    expect(body).toMatch(/<Say>.*technical problem.*<\/Say><Hangup\/>/);
    expect(asked).toEqual([]);
  });

  test('is hung up when its call is over', async () => {
    answer = async () => 'hang-up';
    expect((await voice()).body).toMatch(/<Response><Hangup\/><\/Response>$/);
  });

  test('waits a moment where nobody can say what is to be done with it', async () => {
    answer = () => Promise.reject(new Error('Temporal is away'));
    const { status, body } = await voice();
    expect(status).toBe(200);
    expect(body).toMatch(/<Response><Pause length="2"\/><Redirect method="POST">[^<]*again=1<\/Redirect>/);
  });
});

describe('a call that was placed', () => {
  test('has its session from the address, and the number from whom it went to', async () => {
    const form = { ...call, From: BOT_NUMBER, To: '+14155550155', Direction: 'outbound-api' };
    await voice(form, '?session=demo-1');
    expect(asked).toMatchObject([{ session: 'demo-1', callSid: SID, phone: '+14155550155' }]);
  });

  test.each(['completed', 'busy', 'no-answer', 'failed', 'canceled', 'initiated', 'in-progress'])(
    'reports that it is %s',
    async (status) => {
      const form = { ...call, CallStatus: status };
      expect((await twilio.ask(gateway, '/twilio/status?session=demo-1', form)).status).toBe(204);
      expect(reports).toEqual([['demo-1', { callSid: SID, status }]]);
    },
  );

  test('reports who took it', async () => {
    const form = { CallSid: SID, AnsweredBy: 'machine_end_beep' };
    expect((await twilio.ask(gateway, '/twilio/amd?session=demo-1', form)).status).toBe(204);
    expect(reports).toEqual([['demo-1', { callSid: SID, answeredBy: 'machine_end_beep' }]]);
  });
});

describe('a call that goes to a person', () => {
  test('is put through to their number, and they are told what it is about', async () => {
    answer = async () => 'person';
    const { body } = await voice(call, '?again=1');
    const url = (path: string) => `https://voice.example.com/twilio/${path}?session=${SID}`;
    expect(body).toContain(
      `<Dial action="${url('transferred')}" method="POST" timeout="30" callerId="${BOT_NUMBER}">` +
        `<Number url="${url('whisper')}" method="POST">${AGENT_NUMBER}</Number></Dial>`,
    );
    summary = 'Customer 8 8 4 1 wants a loan.';
    const whisper = await twilio.ask(gateway, `/twilio/whisper?session=${SID}`, { CallSid: PERSON_SID });
    expect(whisper.body).toContain('<Say>Customer 8 8 4 1 wants a loan.</Say>');
  });

  test('ends politely where there is nobody', async () => {
    await stop();
    await serve({ ...twilio.config, agentNumber: undefined });
    answer = async () => 'person';
    expect((await voice()).body).toMatch(/<Say>.*nobody can take your call.*<\/Say><Hangup\/>/);
  });

  test.each([
    ['completed', /<Response><Hangup\/>/],
    ['no-answer', /<Say>.*nobody can take your call.*<\/Say><Hangup\/>/],
    ['busy', /<Say>.*nobody can take your call.*<\/Say><Hangup\/>/],
  ])('is over when the person is done with it (%s)', async (status, twiml) => {
    const form = { CallSid: SID, DialCallStatus: status };
    const { body } = await twilio.ask(gateway, `/twilio/transferred?session=${SID}`, form);
    expect(body).toMatch(twiml);
  });

  test('lets no caller write what Twilio does', async () => {
    summary = '</Say><Dial>+19005550100</Dial><Say a="&quot;">\u0000\u202e]]>';
    const { body } = await twilio.ask(gateway, `/twilio/whisper?session=${SID}`, { CallSid: PERSON_SID });
    expect(body).not.toMatch(/<Dial|\p{Cf}|\p{Cc}/u);
    expect(body.match(/<[a-z]\w*/gi)).toEqual(['<Response', '<Say']);
  });
});

describe('whoever is not Twilio', () => {
  const post = (path: string, init: RequestInit) => fetch(`${gateway}${path}`, { method: 'POST', ...init });
  const form = new URLSearchParams(call);

  test.each([
    ['has no signature', {}],
    ['has a wrong one', { 'x-twilio-signature': 'bm90IGEgc2lnbmF0dXJlIG9mIHR3aWxpbw==' }],
    ['has an absurd one', { 'x-twilio-signature': 'x'.repeat(4_000) }],
  ])('is refused where it %s', async (_, headers: Record<string, string>) => {
    for (const path of ['voice', 'status', 'amd', 'whisper', 'transferred']) {
      const response = await post(`/twilio/${path}`, { headers, body: form });
      expect(response.status).toBe(403);
      expect(await response.text()).toMatch(/^The signature is not that of this Twilio account/);
    }
    expect([asked, reports]).toEqual([[], []]);
  });

  test('can not use the signature of one call or address for another', async () => {
    const { getExpectedTwilioSignature } = await import('twilio/lib/webhooks/webhooks.js');
    const url = `${twilio.publicUrl}/twilio/voice`;
    const signature = getExpectedTwilioSignature(twilio.config.authToken, url, call);
    const headers = { 'x-twilio-signature': signature };
    const other = new URLSearchParams({ ...call, From: '+14155550166' });
    const twice = new URLSearchParams(form);
    twice.append('From', '+14155550166');
    for (const [path, body, status] of [
      ['/twilio/voice', form, 200],
      ['/twilio/voice', other, 403],
      ['/twilio/voice', twice, 403],
      ['/twilio/voice?session=victim', form, 403],
      ['/twilio/status', form, 403],
    ] as const) {
      expect((await post(path, { headers, body })).status).toBe(status);
    }
  });

  test('finds out what is missing where nothing was configured', async () => {
    await stop();
    await serve({ ...twilio.config, authToken: undefined });
    const response = await post('/twilio/voice', { body: form });
    expect([response.status, await response.text()]).toEqual([
      403,
      'Nothing that claims to be from Twilio is believed until TWILIO_AUTH_TOKEN is set.\n',
    ]);
  });

  test('is told how to ask', async () => {
    expect((await fetch(`${gateway}/twilio/voice`)).status).toBe(405);
    const headers = { 'content-type': 'application/json' };
    expect((await post('/twilio/voice', { headers, body: '{}' })).status).toBe(415);
    const long = new URLSearchParams({ ...call, Digits: '1'.repeat(20_000) });
    expect((await post('/twilio/voice', { body: long })).status).toBe(413);
  });
});

describe('Twilio itself', () => {
  test('that repeats a webhook is answered the same, and changes nothing', async () => {
    const first = await voice();
    expect(await voice()).toEqual(first);
    const ended = { ...call, CallStatus: 'completed' };
    await twilio.ask(gateway, '/twilio/status', ended);
    await twilio.ask(gateway, '/twilio/status', ended);
    expect(reports).toEqual([
      [SID, { callSid: SID, status: 'completed' }],
      [SID, { callSid: SID, status: 'completed' }],
    ]);
  });

  test.each([
    ['voice', { From: '+14155550123' }],
    ['voice', { CallSid: 'CA1' }],
    ['voice', { CallSid: `${SID}<Hangup/>` }],
    ['status', { CallSid: SID, CallStatus: 'exploded' }],
    ['status', { CallSid: SID }],
    ['amd', { CallSid: SID, AnsweredBy: 'a ghost' }],
    ['status?session=a%20b', { CallSid: SID, CallStatus: 'busy' }],
    ['voice?again=-1', { CallSid: SID }],
  ])('is told what is wrong with a form for %s: %o', async (path, form) => {
    const { status } = await twilio.ask(gateway, `/twilio/${path}`, form as Record<string, string>);
    expect(status).toBe(400);
    expect([asked, reports]).toEqual([[], []]);
  });
});
