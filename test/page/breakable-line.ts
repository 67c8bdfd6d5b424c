import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** A TCP line to a port of this machine that can be cut, as a network can. */
export class BreakableLine {
  private readonly sockets = new Set<Socket>();
  private down = false;

  private constructor(
    readonly port: number,
    private readonly server: ReturnType<typeof createServer>,
  ) {}

  static async to(target: number): Promise<BreakableLine> {
    const server = createServer((near) => {
      if (line.down) return void near.resetAndDestroy();
      const far = connect(target, '127.0.0.1');
      for (const [socket, other] of [
        [near, far],
        [far, near],
      ] as const) {
        line.sockets.add(socket);
        socket.on('error', () => undefined).on('close', () => line.sockets.delete(socket));
        socket.pipe(other);
      }
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const line = new BreakableLine((server.address() as AddressInfo).port, server);
    return line;
  }

  /** Cuts every connection; new ones are carried again. */
  cut() {
    for (const socket of this.sockets) socket.resetAndDestroy();
  }

  /** Cuts every connection and lets no other through until it is brought up again. */
  takeDown() {
    this.down = true;
    this.cut();
  }

  bringUp() {
    this.down = false;
  }

  close() {
    this.server.close();
    this.cut();
  }
}
