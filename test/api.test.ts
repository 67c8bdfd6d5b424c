import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { loadConfig } from '../config/load.ts';
import { StreamHub } from '../stream/hub.ts';
import { ApiClient } from './api-client.ts';
import { runSchemathesis } from './schemathesis.ts';
import { StreamCaller } from './stream-caller.ts';
import { System } from './system.ts';

/** The HTTP API as it stands in a deployment: in the orchestrator's process, on real servers. */
describe('the HTTP API', () => {
  let system: System;
  let api: ApiClient;
  let hub: StreamHub;
  beforeAll(async () => {
    system = await System.start({
      ORKESTRA_STT: 'scripted',
      ORKESTRA_LLM: 'scripted',
      ORKESTRA_TTS: 'scripted',
      ORKESTRA_EMBEDDING: 'scripted',
      // Schemathesis sends more a minute than any client should.
      ORKESTRA_API_REQUESTS_PER_MINUTE: '100000',
      ORKESTRA_API_CALLS_PER_MINUTE: '100000',
    });
    api = await ApiClient.open(system.workers.apiUrl);
    hub = new StreamHub(loadConfig().redis, () => undefined);
  });
  afterAll(async () => {
    await hub?.close();
    await api?.close();
    await system?.stop();
  });

  const problem = (status: number, kind: string, words: string | RegExp) => ({
    status,
    body: {
      type: `urn:orkestra:problem:${kind}`,
      title: expect.any(String),
      status,
      detail: typeof words === 'string' ? words : expect.stringMatching(words),
    },
  });

  /** A call with its caller on the line, who has heard the greeting. */
  async function liveCall() {
    const { status, body } = await api.post('/v1/calls', { settings: { cache: false } });
    expect(status).toBe(201);
    const session: string = body.session;
    const caller = new StreamCaller(hub, session);
    await caller.connect();
    await caller.untilHeard('greeting');
    return { session, caller, path: `/v1/calls/${session}` };
  }

  test('starts, lists, inspects, steers and ends a call', async () => {
    const { session, caller, path } = await liveCall();
    await caller.type('What is the interest rate?');
    await caller.untilHeard('reply-1');
    await expect.poll(async () => (await api.get(path)).body.turns).toBe(1);
    expect((await api.get(path)).body).toMatchObject({ session, phase: 'conversation', domain: 'banking' });
    expect((await api.get(`${path}/transcript`)).body.turns).toMatchObject([
      { turn: 1, caller: 'What is the interest rate?' },
    ]);
    const page = '/v1/calls?phase=conversation&status=running&adapter=default&pageSize=100';
    await expect
      .poll(async () => (await api.get(page)).body.calls)
      .toContainEqual(expect.objectContaining({ session, turns: 1, status: 'running' }));

    expect(await api.post(`${path}/say`, { text: 'One moment.' })).toMatchObject({
      status: 200,
      body: { utterance: 'say-1' },
    });
    await caller.untilHeard('say-1');
    expect(await api.post(`${path}/configure`, { speed: 1.2 })).toMatchObject({
      body: { settings: { speed: 1.2, cache: false } },
    });
    expect(await api.post(`${path}/end`, { reason: 'closing time' })).toMatchObject({ status: 200 });
    await caller.untilHeard('farewell');
    await expect.poll(async () => (await api.get(path)).body.phase).toBe('ended');
    expect((await api.get(path)).body.endReason).toBe('closing time');
    expect(await api.post(`${path}/say`, { text: 'Too late.' })).toMatchObject(
      problem(409, 'conflict', 'This call is over: there is nothing left to steer.'),
    );
    caller.leave();
  });

  test('masks who is called, and lists nobody’s name or number', async () => {
    const { body } = await api.post('/v1/calls', { phone: '+14155550123', customer: 'cust-8841' });
    expect(body).toMatchObject({ phone: '+14•••••23', customer: 'cu•••41' });
    await expect
      .poll(async () => JSON.stringify((await api.get('/v1/calls?pageSize=100')).body))
      .toContain(body.session);
    for (const path of ['/v1/calls?pageSize=100', `/v1/calls/${body.session}`]) {
      expect(JSON.stringify((await api.get(path)).body)).not.toMatch(/4155550123|cust-8841/);
    }
    await api.post(`/v1/calls/${body.session}/end`, {});
  });

  test('pages through calls', async () => {
    const sessions = await Promise.all(
      [1, 2, 3].map(async () => (await api.post('/v1/calls', { domain: 'clinic' })).body.session),
    );
    const list = async (token = '') =>
      (await api.get(`/v1/calls?domain=clinic&pageSize=2${token && `&pageToken=${token}`}`)).body;
    // What Temporal lists follows a call's start a little later.
    const all = async () => (await api.get('/v1/calls?domain=clinic')).body.calls.length;
    await expect.poll(all, { timeout: 20_000 }).toBe(3);
    const first = await list();
    const second = await list(first.nextPageToken);
    expect([...first.calls, ...second.calls].map(({ session }) => session).sort()).toEqual(sessions.sort());
    expect(second.nextPageToken).toBeUndefined();
    await Promise.all(sessions.map((session) => api.post(`/v1/calls/${session}/end`, {})));
  });

  test('creates, loads, uses, activates and rolls back an adapter', async () => {
    const prompt = { kind: 'prompt', name: 'formal', prompt: { text: 'Be formal.' } };
    const header = { 'Idempotency-Key': crypto.randomUUID() };
    const created = await api.post('/v1/adapters', prompt, header);
    expect(created).toMatchObject({ status: 201, body: { adapter: 'formal@1' } });
    const { session, caller, path } = await liveCall();
    expect(await api.post(`${path}/adapter`, { adapter: 'formal' })).toMatchObject(
      problem(409, 'conflict', /No adapter formal is loaded/),
    );
    expect(await api.post('/v1/adapters/formal/load', {})).toMatchObject({ body: { workers: 1 } });
    expect(await api.post(`${path}/adapter`, { adapter: 'formal' })).toMatchObject({
      status: 200,
      body: { adapter: 'formal@1' },
    });
    await caller.type('Good morning.');
    await caller.untilHeard('reply-1');
    await expect
      .poll(async () => (await api.get('/v1/calls?adapter=formal@1')).body.calls)
      .toMatchObject([{ session, adapter: 'formal@1', turns: 1 }]);
    expect(await api.post('/v1/adapters/formal@1/activate', { percent: 100 })).toMatchObject({
      body: { adapter: 'formal@1', domain: 'banking', percent: 100 },
    });
    expect((await api.get('/v1/adapters')).body).toMatchObject({
      adapters: [{ adapter: 'formal@1', kind: 'prompt', loaded: true }],
      active: { banking: { base: 'formal@1' } },
    });
    expect((await api.get('/v1/adapters/formal')).body.definition).toMatchObject(prompt);
    expect(await api.get('/v1/adapters/casual')).toMatchObject(problem(404, 'unknown', /no such adapter/));
    expect(await api.post('/v1/activations/rollback', {})).toMatchObject({ body: { adapter: 'default' } });
    expect(await api.post('/v1/adapters/formal/unload', {})).toMatchObject({ status: 200 });
    await api.post(`${path}/end`, {});
    caller.leave();
  });

  test('shows the stored answers, and clears those of a scope', async () => {
    const answer = ['api-test', 'banking', 'en', 'default', 'abc', 'test', 'When?', 'when', 'Now.'];
    await api.database.query(
      `insert into answers (tenant, domain, language, adapter, prompt_version, model, question, words, answer,
         embedding, expires_at)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9, array_fill(0.1, array[384])::vector, now() + interval '1 hour')`,
      answer,
    );
    const scope = 'tenant=api-test';
    expect((await api.get(`/v1/cache/stats?${scope}`)).body).toMatchObject({ answers: 1, uses: 0 });
    expect((await api.get(`/v1/cache/answers?${scope}`)).body.answers).toMatchObject([
      { question: 'When?', answer: 'Now.', tenant: 'api-test' },
    ]);
    expect((await api.delete(`/v1/cache/answers?${scope}`)).body).toEqual({ deleted: 1 });
    expect((await api.get(`/v1/cache/stats?${scope}`)).body.answers).toBe(0);
  });

  describe('idempotency keys', () => {
    const key = () => ({ 'Idempotency-Key': crypto.randomUUID() });

    /** Like a crash before the answer was kept: what is left is what Temporal knows. */
    const forget = async () => {
      const kept = await hub.redis.keys('orkestra:api:once:*');
      if (kept.length > 0) await hub.redis.del(kept);
    };

    test('start one call, and say one thing, however often the request comes', async () => {
      const header = key();
      const first = await api.post('/v1/calls', { domain: 'banking' }, header);
      const again = await api.post('/v1/calls', { domain: 'banking' }, header);
      expect(again.body).toEqual(first.body);
      expect(again.headers.get('Idempotent-Replayed')).toBe('true');
      expect(await api.post('/v1/calls', { domain: 'clinic' }, header)).toMatchObject(
        problem(409, 'conflict', /another request before: take a new key/),
      );
      const path = `/v1/calls/${first.body.session}`;
      const say = key();
      const said = await api.post(`${path}/say`, { text: 'Hello.' }, say);
      expect((await api.post(`${path}/say`, { text: 'Hello.' }, say)).body).toEqual(said.body);
      expect((await api.post(`${path}/say`, { text: 'Hello.' }, key())).body).toEqual({ utterance: 'say-2' });
      await api.post(`${path}/end`, {});
    });

    test('hold also when the answer was lost in a crash', async () => {
      const [start, say, end] = [key(), key(), key()];
      const body = { session: system.newSession() };
      const first = await api.post('/v1/calls', body, start);
      await forget();
      expect((await api.post('/v1/calls', body, start)).body).toEqual(first.body);
      expect(await api.post('/v1/calls', body, key())).toMatchObject(
        problem(409, 'conflict', /a session names one call for ever/),
      );
      const path = `/v1/calls/${body.session}`;
      const said = await api.post(`${path}/say`, { text: 'Hello.' }, say);
      await forget();
      expect(await api.post(`${path}/say`, { text: 'Hello.' }, say)).toMatchObject({ body: said.body });
      const ended = await api.post(`${path}/end`, {}, end);
      await expect.poll(async () => (await api.get(path)).body.phase).toBe('ended');
      await forget();
      expect(await api.post(`${path}/end`, {}, end)).toMatchObject({ status: 200, body: ended.body });
    });

    test('are free again after a request that was refused', async () => {
      const header = key();
      expect(await api.post('/v1/calls', { domain: 'bakery' }, header)).toMatchObject({ status: 422 });
      const { status, body } = await api.post('/v1/calls', { domain: 'banking' }, header);
      expect(status).toBe(201);
      await api.post(`/v1/calls/${body.session}/end`, {});
    });
  });

  test.each([
    ['GET', '/v1/nothing', undefined, problem(404, 'unknown', /no such path/)],
    ['GET', '/v1/calls/nobody', undefined, problem(404, 'unknown', /no call of this session/)],
    ['POST', '/v1/calls/nobody/say', '{"text":"x"}', problem(404, 'unknown', /no call of this session/)],
    ['PUT', '/v1/calls', '{}', problem(405, 'method', 'Here is POST and GET.')],
    ['POST', '/v1/calls', '{"domain":', problem(400, 'malformed', /JSON/)],
    ['POST', '/v1/calls', '{"sesion":"x"}', problem(422, 'invalid', /Correct body: .*sesion/)],
    ['POST', '/v1/calls', '{"phone":"12"}', problem(422, 'invalid', /Correct body.phone: .*E.164/)],
    ['POST', '/v1/calls', '{"dial":true}', problem(409, 'conflict', 'Say whom to ring: give phone.')],
    [
      'POST',
      '/v1/calls',
      '{"dial":true,"phone":"+14155550123"}',
      problem(409, 'conflict', /TWILIO_ACCOUNT_SID/),
    ],
    ['POST', '/v1/calls', `{"domain":"x' OR 1=1"}`, problem(422, 'invalid', /body.domain/)],
    ['GET', `/v1/calls?domain=x'%20OR%201=1`, undefined, problem(422, 'invalid', /query.domain/)],
    ['GET', '/v1/calls?pageSize=1000', undefined, problem(422, 'invalid', /query.pageSize/)],
    ['GET', '/v1/calls?pageToken=abcd', undefined, problem(404, 'unknown', /pageToken/)],
    ['POST', '/v1/calls', JSON.stringify({ domain: 'x'.repeat(70_000) }), problem(413, 'too-large', /65536/)],
    ['DELETE', '/v1/cache/answers', undefined, problem(409, 'conflict', /say which ones, or all=true/)],
  ])('%s %s %s is refused with what to do', async (method, path, body, expected) => {
    const type: Record<string, string> = body ? { 'Content-Type': 'application/json' } : {};
    const answer = await api.send(method, path, body, type);
    expect(answer).toMatchObject(expected);
    expect(answer.headers.get('Content-Type')).toBe('application/problem+json');
  });

  test('takes JSON only', async () => {
    for (const body of [undefined, 'session=abc']) {
      expect(await api.send('POST', '/v1/calls', body)).toMatchObject(
        problem(415, 'media-type', /Content-Type: application\/json/),
      );
    }
  });

  test('answers whatever schemathesis makes up as its description says', { timeout: 600_000 }, async () => {
    const { body } = await api.post('/v1/calls', { settings: { connectMs: 600_000 } });
    // `npm run check:api` takes its time: every boundary of every value, and more made-up ones.
    const examples = Number(process.env.ORKESTRA_API_EXAMPLES);
    const effort = examples ? { examples } : { examples: 3, phases: 'fuzzing,stateful' };
    const run = { key: api.key, session: body.session, seed: 1, ...effort };
    const { code, output, cases } = await runSchemathesis(system.workers.apiUrl, run);
    process.stderr.write(`schemathesis made ${cases} requests\n`);
    expect(code, output).toBe(0);
    expect(cases).toBeGreaterThan(50);
  });

  describe('keys', () => {
    let own: ApiClient;
    beforeEach(async () => {
      own = await ApiClient.open(system.workers.apiUrl, ['calls:read']);
      return () => own.close();
    });

    test('are needed, and have to be right', async () => {
      own.key = '';
      const answer = await own.get('/v1/calls');
      expect(answer).toMatchObject(problem(401, 'no-key', /Authorization: Bearer/));
      expect(answer.headers.get('WWW-Authenticate')).toBe('Bearer');
      own.key = `ork_${'x'.repeat(43)}`;
      expect(await own.get('/v1/calls')).toMatchObject(problem(401, 'no-key', /not known/));
    });

    test('may do what their scopes say', async () => {
      expect(await own.get('/v1/calls')).toMatchObject({ status: 200 });
      expect(await own.post('/v1/calls', {})).toMatchObject(
        problem(403, 'not-allowed', 'This needs a key with the scope calls:start; this one has calls:read.'),
      );
      expect(await own.get('/v1/calls/abc/transcript')).toMatchObject({ status: 403 });
      expect(await own.delete('/v1/cache/answers?all=true')).toMatchObject({ status: 403 });
    });

    test('may send so many requests a minute, told by 429 and Retry-After', async () => {
      const perMinute = loadConfig().api.requestsPerMinute;
      await own.get('/openapi.json');
      await own.get('/v1/calls');
      const keys = await hub.redis.keys('orkestra:api:rate:*');
      for (const key of keys) await hub.redis.incrby(key, perMinute);
      const answer = await own.get('/v1/calls');
      expect(answer).toMatchObject(problem(429, 'too-many', /100000 requests a minute: try again in \d+ s/));
      expect(Number(answer.headers.get('Retry-After'))).toBeGreaterThan(0);
      for (const key of keys) await hub.redis.del(key);
    });
  });
});
