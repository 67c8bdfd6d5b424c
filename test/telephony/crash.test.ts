import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { callRequestSchema, workflowIdOf } from '../../call/request.ts';
import { startCallWorkflow } from '../../cli/call-workflow.ts';
import type { call } from '../../workflows/index.ts';
import { stateQuery, transcriptQuery } from '../../workflows/messages.ts';
import { System } from '../system.ts';
import { Exchange, TelephoneCall } from './telephone-lab.ts';
import { AGENT_NUMBER, BOT_NUMBER, TwilioService } from './twilio-service.ts';

describe('a telephone call through all processes', () => {
  let system: System;
  let twilio: TwilioService;
  beforeAll(async () => {
    twilio = await TwilioService.open();
    const { accountSid, authToken, publicUrl, apiUrl } = twilio.config;
    system = await System.start({
      ORKESTRA_STT: 'scripted',
      ORKESTRA_LLM: 'scripted',
      ORKESTRA_TTS: 'scripted',
      ORKESTRA_EMBEDDING: 'scripted',
      TWILIO_ACCOUNT_SID: accountSid,
      TWILIO_AUTH_TOKEN: authToken,
      TWILIO_FROM: BOT_NUMBER,
      TWILIO_AGENT_NUMBER: AGENT_NUMBER,
      TWILIO_API_URL: apiUrl,
      ORKESTRA_PUBLIC_URL: publicUrl,
    });
  });
  afterAll(async () => {
    await system.stop();
    await twilio.close();
  });

  test('rings once though its orchestrator dies while it is placed', async () => {
    const session = system.newSession();
    const request = callRequestSchema.parse({ session, origin: 'twilio', phone: '+14155550123' });
    const { taskQueuePrefix } = system.places.config.temporal;
    twilio.mishaps = ['unanswered'];
    await startCallWorkflow(system.temporal, taskQueuePrefix, request, true);
    await twilio.requests.until(() => twilio.requests.all.length > 0);
    const before = system.workers.pids().orchestrator!;
    process.kill(before, 'SIGKILL');

    const { sid, form } = twilio.calls[0]!;
    const exchange = new Exchange(twilio, new URL(system.workers.gatewayUrl).host);
    const query = new URL(form.get('Url')!).search.slice(1);
    const phone = new TelephoneCall(exchange, { sid, query, direction: 'outbound-api' });
    await phone.report('in-progress');
    expect(await phone.proceed()).toContain(`<Parameter name="session" value="${session}"/>`);
    const handle = system.temporal.client.workflow.getHandle<typeof call>(workflowIdOf(session));
    const state = () => handle.query(stateQuery).catch(() => undefined);
    await expect.poll(async () => (await state())?.phase, { timeout: 50_000 }).toBe('conversation');
    phone.press('5#');
    await expect.poll(async () => (await state())?.turns, { timeout: 50_000 }).toBe(1);
    phone.stream.stop();
    expect(await handle.result()).toMatchObject({ session, turns: 1, reason: 'the caller hung up' });
    expect((await handle.query(transcriptQuery)).turns).toMatchObject([{ caller: '5', interrupted: false }]);
    expect(system.workers.pids().orchestrator).not.toBe(before);
    expect([twilio.requests.all.length, twilio.calls.length]).toEqual([1, 1]);
    expect(await phone.proceed()).toMatch(/<Response><Hangup\/>/);
  }, 120_000);
});
