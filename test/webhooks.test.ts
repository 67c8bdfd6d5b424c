import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { freePort } from '../deploy/local/ports.ts';
import { deliveriesQuery, webhooksIdOf } from '../workflows/webhooks.ts';
import { System } from './system.ts';

const secret = `whsec_${Buffer.from('a secret of thirty-two characters').toString('base64')}`;

/** An event as it came in, its signature checked. */
interface Letter {
  id: string;
  type: string;
  data: Record<string, unknown>;
}

/** Another company's system: takes events, or fails as it is told to. */
class Receiver {
  /** Every request whose signature is right, taken or not. */
  readonly tries: Letter[] = [];
  readonly taken: Letter[] = [];
  /** What the next requests are answered with instead of 204. */
  answers: number[] = [];
  private server: Server | undefined;

  constructor(readonly port: number) {}

  async open() {
    this.server = createServer((request, response) => {
      void read(request).then((body) => {
        const headers = request.headers as Record<string, string>;
        const { type, data } = new Webhook(secret).verify(body, headers) as Letter;
        const letter = { id: headers['webhook-id']!, type, data };
        this.tries.push(letter);
        const answer = this.answers.shift() ?? 204;
        if (answer === 204) this.taken.push(letter);
        response.writeHead(answer, { Location: 'http://127.0.0.1:9/elsewhere' }).end('thanks');
      });
    }).listen(this.port, '127.0.0.1');
    await once(this.server, 'listening');
  }

  async die() {
    this.server!.closeAllConnections();
    await new Promise((resolve) => this.server!.close(resolve));
  }

  of = (session: string) => this.taken.filter(({ data }) => data.session === session);
  typesOf = (session: string) => this.of(session).map(({ type }) => type);
}

async function read(request: IncomingMessage): Promise<string> {
  let body = '';
  for await (const piece of request) body += String(piece);
  return body;
}

describe('other systems', () => {
  let system: System;
  let crm: Receiver;
  let audit: Receiver;
  beforeAll(async () => {
    crm = new Receiver(await freePort());
    await crm.open();
    audit = new Receiver(await freePort());
    await audit.open();
    const endpoint = (name: string, { port }: Receiver) => ({
      name,
      url: `http://127.0.0.1:${port}/hook`,
      secret,
    });
    system = await System.start({
      ORKESTRA_STT: 'scripted',
      ORKESTRA_LLM: 'scripted',
      ORKESTRA_TTS: 'scripted',
      ORKESTRA_EMBEDDING: 'scripted',
      ORKESTRA_WEBHOOKS: JSON.stringify([
        { ...endpoint('crm', crm), transcript: true },
        { ...endpoint('audit', audit), events: ['call.started', 'call.ended'] },
      ]),
    });
  });
  afterAll(async () => {
    await system?.stop();
    await crm.die();
    await audit.die();
  });

  const deliveriesOf = (session: string) =>
    system.temporal.client.workflow.getHandle(webhooksIdOf(session)).query(deliveriesQuery);

  test(
    'hear of a call in order, whatever fails on the way: they, or the orchestrator',
    { timeout: 120_000 },
    async () => {
      const session = system.newSession();
      // Not served, led elsewhere, then gone altogether.
      crm.answers = [500, 302];
      const call = system.call(['one', 'two'], session);
      await expect.poll(() => crm.tries.length, { timeout: 20_000 }).toBe(2);
      await crm.die();
      await expect.poll(() => audit.typesOf(session)).toEqual(['call.started']);
      process.kill(system.workers.pids().orchestrator!, 'SIGKILL');
      expect((await call).answered).toBe(2);
      await expect
        .poll(() => audit.typesOf(session), { timeout: 20_000 })
        .toEqual(['call.started', 'call.ended']);
      expect(crm.taken).toEqual([]);
      await crm.open();
      await expect
        .poll(() => new Set(crm.typesOf(session)), { timeout: 40_000 })
        .toEqual(new Set(['call.started', 'turn.done', 'call.ended']));
      const ids = crm.of(session).map(({ id }) => id);
      expect([...new Set(ids)]).toEqual(
        ['started', 'turn-1', 'turn-2', 'ended'].map((what) => `${session}.${what}`),
      );
      // What failed came again under the id that it had.
      expect(new Set(crm.tries.slice(0, 2).map(({ id }) => id))).toEqual(new Set([`${session}.started`]));
      expect(crm.of(session)[1]!.data).toMatchObject({ turn: 1, caller: 'one', heard: expect.any(String) });
      expect(JSON.stringify(audit.tries)).not.toContain('"caller"');
      const { workflow } = system.temporal.client;
      expect(await workflow.result(webhooksIdOf(session))).toEqual({ delivered: 6, waiting: 0, givenUp: [] });
    },
  );

  test('that want no more events get no second one of them, and it is recorded', async () => {
    const session = system.newSession();
    audit.answers = [410];
    await system.call([], session);
    await expect
      .poll(async () => (await deliveriesOf(session)).givenUp)
      .toMatchObject([{ id: `${session}.started`, endpoint: 'audit', why: expect.stringContaining('410') }]);
    await expect.poll(() => audit.typesOf(session)).toEqual(['call.ended']);
  });

  const tell = (session: string, ...events: object[]) =>
    system.temporal.client.workflow.signalWithStart('webhooks', {
      workflowId: webhooksIdOf(session),
      taskQueue: `${system.places.config.temporal.taskQueuePrefix}-call`,
      args: [{ taskQueuePrefix: system.places.config.temporal.taskQueuePrefix }],
      signal: 'events',
      signalArgs: [{ events }],
    });

  test('get events in their order when those come in another, and none twice', async () => {
    const session = system.newSession();
    const event = (what: string, type: string, place: number, after: number) => ({
      id: `${session}.${what}`,
      type,
      at: Date.now(),
      place,
      after,
      endpoints: ['crm'],
      data: { session },
    });
    const [started, one, two, transfer, ended] = [
      event('started', 'call.started', 0, 0),
      event('turn-1', 'turn.done', 2, 1),
      event('turn-2', 'turn.done', 4, 2),
      event('transfer-2', 'call.transfer', 5, 3),
      event('ended', 'call.ended', 99, 3),
    ] as const;
    await tell(session, ended);
    await tell(session, two, transfer);
    await tell(session, { id: 'x' });
    await tell(session, started);
    await tell(session, two, one);
    await system.temporal.client.workflow.result(webhooksIdOf(session));
    expect(crm.of(session).map(({ id }) => id)).toEqual(
      [started, one, two, transfer, ended].map(({ id }) => id),
    );
  });
});
