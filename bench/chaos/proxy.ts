import { connect, createServer, type Server, type Socket } from 'node:net';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';

/** What a network does to what passes. */
export interface Weather {
  /** Each piece of data comes so much later, ms, and up to `jitterMs` more; the order stays, as TCP keeps it. */
  delayMs: number;
  jitterMs: number;
  /** Nothing passes, though connections stay. */
  stalled: boolean;
  /** New connections are refused. */
  refuses: boolean;
}

const fair: Weather = { delayMs: 0, jitterMs: 0, stalled: false, refuses: false };

/** A TCP proxy on a port of its own, with weather that can be changed while connections are open. */
export class Proxy {
  private weather: Weather = { ...fair };
  private readonly pipes = new Set<Pipe>();

  private constructor(
    private readonly server: Server,
    private readonly target: number,
    private readonly random: () => number,
  ) {
    server.on('connection', (socket) => this.accept(socket));
  }

  static async open(target: number, random: () => number = Math.random): Promise<Proxy> {
    const server = createServer({ noDelay: true });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new Proxy(server, target, random);
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  set(weather: Partial<Weather>) {
    this.weather = { ...fair, ...weather };
    if (!this.weather.stalled) for (const pipe of this.pipes) pipe.flush();
  }

  /** Breaks all connections. */
  reset() {
    for (const { ends } of this.pipes) for (const end of ends) end.resetAndDestroy();
    this.pipes.clear();
  }

  async close() {
    this.reset();
    this.server.close();
  }

  private accept(client: Socket) {
    if (this.weather.refuses) {
      client.on('error', () => undefined);
      client.resetAndDestroy();
      return;
    }
    const server = connect({ port: this.target, host: '127.0.0.1', noDelay: true });
    const pipes = [new Pipe([client, server], this), new Pipe([server, client], this)];
    for (const pipe of pipes) {
      this.pipes.add(pipe);
      pipe.ends[0].on('close', () => this.pipes.delete(pipe));
    }
  }

  /** How long a piece that comes now is under way, ms; undefined while nothing passes. */
  travelMs(): number | undefined {
    const { delayMs, jitterMs, stalled } = this.weather;
    return stalled ? undefined : delayMs + jitterMs * this.random();
  }
}

/** One direction of a connection. */
class Pipe {
  private held: Buffer[] = [];
  /** What is under way, in order. */
  private readonly underWay: { at: number; act(): void }[] = [];

  constructor(
    readonly ends: [Socket, Socket],
    private readonly proxy: Proxy,
  ) {
    const [from, to] = ends;
    from.on('data', (data: Buffer) => this.take(data));
    from.on('end', () => this.arrive(() => to.end(), 0));
    from.on('close', () => to.destroy());
    from.on('error', () => to.destroy());
  }

  /** Sends what was held while nothing passed. */
  flush() {
    for (const data of this.held.splice(0)) this.take(data);
  }

  private take(data: Buffer) {
    const travelMs = this.proxy.travelMs();
    if (travelMs === undefined || this.held.length > 0) this.held.push(data);
    else this.arrive(() => this.ends[1].write(data), travelMs);
  }

  private arrive(act: () => void, travelMs: number) {
    if (travelMs === 0 && this.underWay.length === 0) return act();
    this.underWay.push({ at: performance.now() + travelMs, act });
    if (this.underWay.length === 1) this.wait();
  }

  private wait() {
    const wait = Math.max(0, this.underWay[0]!.at - performance.now());
    setTimeout(() => {
      this.underWay.shift()!.act();
      if (this.underWay.length > 0) this.wait();
    }, wait);
  }
}
