import { randomUUID } from 'node:crypto';
import { Registry } from 'prom-client';
import { afterEach } from 'vitest';
import type { CallRequest } from '../../call/request.ts';
import type { MediaFormat } from '../../audio/format.ts';
import { loadConfig } from '../../config/load.ts';
import { createLogger } from '../../config/log.ts';
import type { AudioChunk, InHeader, OutHeader } from '../../stream/audio-chunk.ts';
import { CallStream } from '../../stream/call-stream.ts';
import type { CallEvent, CallEventType, EventOf, Placed } from '../../stream/events.ts';
import { StreamHub } from '../../stream/hub.ts';
import type { CallControl } from '../../gateway/call-control.ts';
import type { GatewayLimits } from '../../gateway/limits.ts';
import { type Gateway, startGateway } from '../../gateway/server.ts';
import { Client } from './client.ts';
import { energyVad } from './energy-vad.ts';
import { Happenings } from './wait.ts';

export const mulaw: MediaFormat = { encoding: 'mulaw', sampleRate: 8_000 };

/** A gateway on real Redis and real sockets; the workflow's side of the stream is in the test's hands. */
export class GatewayLab {
  readonly session = `gw-${randomUUID().slice(0, 12)}`;
  readonly requests = new Happenings<CallRequest>();
  readonly registry = new Registry();
  readonly hub: StreamHub;
  private readonly gateways: Gateway[] = [];
  private readonly clients: Client[] = [];
  /** What else goes when the lab closes. */
  readonly belongings: { remove(): Promise<void> }[] = [];
  /** What `ensure` does. */
  answer: CallControl['ensure'] = async () => 'started';

  private constructor(private readonly config: ReturnType<typeof loadConfig>) {
    this.hub = new StreamHub(config.redis, () => undefined);
  }

  static async open(
    limits: Partial<GatewayLimits> = {},
    redisUrl = process.env.REDIS_URL,
    env: Record<string, string> = {},
  ): Promise<GatewayLab> {
    const config = loadConfig({
      ...process.env,
      REDIS_URL: redisUrl,
      ORKESTRA_LOG_LEVEL: 'silent',
      ORKESTRA_GATEWAY_HOST: '127.0.0.1',
      ORKESTRA_GATEWAY_PORT: '0',
      // How busy a machine is that runs tests says nothing of the gateway.
      ORKESTRA_GATEWAY_SLOW_MS: '60000',
      ...env,
    });
    const lab = new GatewayLab(config);
    open.push(lab);
    await lab.gateway(limits);
    return lab;
  }

  /** One more gateway, as a second process would run. */
  async gateway(limits: Partial<GatewayLimits> = {}): Promise<Gateway> {
    const control: CallControl = {
      ensure: (request) => {
        this.requests.add(request);
        return this.answer(request);
      },
    };
    const gateway = await startGateway({
      config: this.config,
      hub: this.hub,
      vad: energyVad,
      control,
      log: createLogger(this.config, 'test'),
      metrics: this.gateways.length === 0 ? this.registry : new Registry(),
      limits,
    });
    this.gateways.push(gateway);
    return gateway;
  }

  get first(): Gateway {
    return this.gateways[0]!;
  }

  async connect(path: string, gateway = this.first): Promise<Client> {
    const client = await Client.connect(`ws://127.0.0.1:${gateway.port}${path}`);
    this.clients.push(client);
    return client;
  }

  /** The call's stream, as a worker sees it. */
  async watch(session = this.session): Promise<Watched> {
    const watched = new Watched(new CallStream(this.hub, session));
    await watched.open();
    return watched;
  }

  async close() {
    for (const client of this.clients) client.socket.terminate();
    for (const gateway of this.gateways) await gateway.close();
    await this.hub.close();
    for (const each of this.belongings) await each.remove();
  }
}

/** What a worker reads of a call, and the words that it puts in the bot's mouth. */
export class Watched {
  readonly events = new Happenings<Placed<CallEvent>>();
  readonly audio = new Happenings<AudioChunk<InHeader>>();

  constructor(readonly stream: CallStream) {}

  async open() {
    await this.stream.onAudioIn('0', (chunk) => this.audio.add(chunk));
    await this.stream.onEvents('0', (event) => this.events.add(event));
  }

  event<T extends CallEventType>(type: T, fits: (event: EventOf<T>) => boolean = () => true) {
    const isIt = (event: CallEvent): event is EventOf<T> => event.type === type;
    return this.events.first((event): event is Placed<EventOf<T>> => isIt(event) && fits(event));
  }

  types(): CallEventType[] {
    return this.events.all.map(({ type }) => type);
  }

  /** The words of a turn are final in this hearing of them. */
  final(turn: number, revision: number) {
    return this.stream.emit({
      type: 'turn.final',
      at: 0,
      turn,
      attempt: 1,
      revision,
      text: 'Well?',
      speechStartedAt: 0,
      speechEndedAt: 0,
      audioCursor: '0',
      engine: 'test',
    });
  }

  /** One sentence of μ-law that lasts so long. */
  say(utterance: string, text: string, ms: number, header: Partial<OutHeader> = {}) {
    return this.stream.sendOut([
      {
        header: {
          utterance,
          attempt: 1,
          sentence: 0,
          text,
          lastOfSentence: true,
          lastOfUtterance: true,
          format: mulaw,
          ...header,
        },
        audio: Buffer.alloc(ms * 8, 0x10),
      },
    ]);
  }
}

const open: GatewayLab[] = [];

afterEach(async () => {
  for (const lab of open.splice(0)) await lab.close();
});
