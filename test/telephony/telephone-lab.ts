import { randomBytes } from 'node:crypto';
import { Registry } from 'prom-client';
import { workflowIdOf } from '../../call/request.ts';
import { loadConfig } from '../../config/load.ts';
import { createLogger } from '../../config/log.ts';
import type { LlmEngine } from '../../engines/llm/engine.ts';
import { type Gateway, startGateway } from '../../gateway/server.ts';
import { CallStream } from '../../stream/call-stream.ts';
import { callControl } from '../../workers/call-control.ts';
import { telephoneLines } from '../../workers/telephone-lines.ts';
import type { call } from '../../workflows/index.ts';
import { CallLab } from '../call-lab.ts';
import { Client, TwilioStream } from '../gateway/client.ts';
import { energyVad } from '../gateway/energy-vad.ts';
import { Watched } from '../gateway/lab.ts';
import { BOT_NUMBER, TwilioService } from './twilio-service.ts';

/** Where telephone calls meet a gateway. */
export class Exchange {
  /** `host`: the gateway's, with its port. */
  constructor(
    readonly twilio: TwilioService,
    private readonly host: string,
  ) {}

  /** Asks a webhook; returns the TwiML. */
  async ask(path: string, form: Record<string, string>): Promise<string> {
    const { status, body } = await this.twilio.ask(`http://${this.host}`, path, form);
    if (status >= 400) throw new Error(`${path} was answered with ${status}: ${body}`);
    return body;
  }

  connect = (path: string) => Client.connect(`ws://${this.host}${path}`);
}

/** Workflow, stages, gateway and its webhooks as they are in production; Twilio is the test's. */
export class TelephoneLab extends Exchange {
  private constructor(
    twilio: TwilioService,
    readonly calls: CallLab,
    private readonly gateway: Gateway,
  ) {
    super(twilio, `127.0.0.1:${gateway.port}`);
  }

  static async open(llm: LlmEngine): Promise<TelephoneLab> {
    const twilio = await TwilioService.open();
    const calls = await CallLab.open({ llm, twilio: twilio.config });
    const config = loadConfig({
      ...process.env,
      ORKESTRA_LOG_LEVEL: 'silent',
      ORKESTRA_GATEWAY_HOST: '127.0.0.1',
      ORKESTRA_GATEWAY_PORT: '0',
    });
    const control = callControl(calls.client, calls.prefix);
    const gateway = await startGateway({
      config: { ...config, twilio: twilio.config },
      hub: calls.hub,
      vad: energyVad,
      control,
      lines: telephoneLines(calls.client, control),
      log: createLogger(config, 'gateway'),
      metrics: new Registry(),
    });
    return new TelephoneLab(twilio, calls, gateway);
  }

  async watch(session: string): Promise<Watched> {
    const watched = new Watched(new CallStream(this.calls.hub, session));
    await watched.open();
    return watched;
  }

  handleOf = (session: string) => this.calls.client.workflow.getHandle<typeof call>(workflowIdOf(session));

  async close() {
    await this.gateway.close();
    await this.calls.close();
    await this.twilio.close();
  }
}

/** One telephone call as Twilio holds it: it asks what to do, does it, and asks again when a stream has ended. */
export class TelephoneCall {
  stream!: TwilioStream;
  private next: string;
  private streams = 0;
  private readonly form: Record<string, string>;

  constructor(
    private readonly exchange: Exchange,
    { sid = `CA${randomBytes(16).toString('hex')}`, query = 'set.cache=false', direction = 'inbound' } = {},
  ) {
    this.sid = sid;
    this.form = { CallSid: sid, From: '+14155550123', To: BOT_NUMBER, Direction: direction };
    this.next = `/twilio/voice?${query}`;
  }
  readonly sid: string;

  /** Asks what is to be done, and opens the stream if that is it. Returns the TwiML. */
  async proceed(): Promise<string> {
    const twiml = await this.exchange.ask(this.next, this.form);
    const url = /<Redirect[^>]*>([^<]*)<\/Redirect>/.exec(twiml)?.[1]!.replaceAll('&amp;', '&');
    if (url) this.next = url.slice(this.exchange.twilio.publicUrl.length);
    if (!twiml.includes('<Stream')) return twiml;
    const parameters = [...twiml.matchAll(/<Parameter name="([^"]*)" value="([^"]*)"\/>/g)];
    this.stream = new TwilioStream(await this.exchange.connect('/twilio'), `MZ${++this.streams}`);
    this.stream.start(this.sid, Object.fromEntries(parameters.map(([, name, value]) => [name!, value!])));
    return twiml;
  }

  press(keys: string) {
    for (const digit of keys) this.stream.client.send({ event: 'dtmf', dtmf: { digit } });
  }

  /** The stream breaks; the caller is still on the line. */
  async drop() {
    this.stream.client.socket.terminate();
    await this.stream.client.closed;
  }

  report(status: string): Promise<string> {
    return this.exchange.ask(this.next.replace('/voice', '/status'), { ...this.form, CallStatus: status });
  }
}
