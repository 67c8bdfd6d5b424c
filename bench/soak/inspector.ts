import { once } from 'node:events';
import { WebSocket } from 'ws';

/** A thread that does not answer by then fails the look, ms. */
const ANSWER_MS = 60_000;

type Ask = (method: string, params?: object) => Promise<Record<string, unknown>>;
interface Message {
  id?: number;
  method?: string;
  result?: Record<string, unknown>;
  params?: { sessionId: string; message?: string };
}

/** A process that runs with `--inspect`: asks its main thread and each of its worker threads by Node's inspector. */
export class Inspector {
  private lastId = 0;
  private readonly waiting = new Map<string, (result: Record<string, unknown>) => void>();
  private readonly sessions = new Set<string>();

  private constructor(private readonly socket: WebSocket) {
    socket.on('message', (data: Buffer) => this.receive(JSON.parse(data.toString()) as Message));
  }

  static async connect(url: string): Promise<Inspector> {
    const socket = new WebSocket(url, { maxPayload: 0 });
    const inspector = new Inspector(socket);
    await once(socket, 'open');
    return inspector;
  }

  /** One function a thread, the main thread's first. */
  async threads(): Promise<Ask[]> {
    // Its answer comes behind the notices of threads that run.
    await this.ask('NodeWorker.enable', { waitForDebuggerOnStart: false });
    return [
      (method, params) => this.ask(method, params),
      ...Array.from(
        this.sessions,
        (session): Ask =>
          (method, params) =>
            this.ask(method, params, session),
      ),
    ];
  }

  close() {
    this.socket.close();
  }

  private async ask(
    method: string,
    params: object = {},
    sessionId?: string,
  ): Promise<Record<string, unknown>> {
    const id = ++this.lastId;
    const message = JSON.stringify({ id, method, params });
    const answered = new Promise<Record<string, unknown>>((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`no answer to ${method}`)), ANSWER_MS);
      this.waiting.set(`${sessionId ?? ''} ${id}`, (result) => {
        clearTimeout(timer);
        resolve(result);
      });
    });
    this.socket.send(
      sessionId === undefined
        ? message
        : JSON.stringify({
            id: ++this.lastId,
            method: 'NodeWorker.sendMessageToWorker',
            params: { sessionId, message },
          }),
    );
    return answered;
  }

  private receive({ id, method, result, params }: Message, session = '') {
    if (method === 'NodeWorker.attachedToWorker') this.sessions.add(params!.sessionId);
    else if (method === 'NodeWorker.detachedFromWorker') this.sessions.delete(params!.sessionId);
    else if (method === 'NodeWorker.receivedMessageFromWorker') {
      this.receive(JSON.parse(params!.message!) as Message, params!.sessionId);
    } else if (id !== undefined) {
      this.waiting.get(`${session} ${id}`)?.(result ?? {});
      this.waiting.delete(`${session} ${id}`);
    }
  }
}
