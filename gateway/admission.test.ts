import { describe, expect, test } from 'vitest';
import { GatewayLab } from '../test/gateway/lab.ts';
import { TwilioStream } from '../test/gateway/client.ts';
import { Admission } from './admission.ts';
import type { Delays, LoadMeter } from './load-meter.ts';
import { allGatewaysBusy, tellRoom } from './room.ts';

const quick: Delays = { 'event-loop': 1, redis: 1, starts: 200, replies: 20 };

/** An admission whose measurements are in the test's hands. */
async function admissionOf(measured: { delays: Delays; missing: string[] }, callers = 2) {
  const { hub } = await GatewayLab.open();
  await hub.redis.ping();
  const meter = { delays: () => measured.delays } as LoadMeter;
  const missingRoles = () => measured.missing;
  return new Admission({ redis: hub.redis, meter, callers, slowMs: 150, missingRoles });
}

describe('a gateway takes no new call', () => {
  test.each([
    ['event-loop', { ...quick, 'event-loop': 151 }, []],
    ['redis', { ...quick, redis: 151 }, []],
    ['starts', { ...quick, starts: 751 }, []],
    ['replies', { ...quick, replies: 151 }, []],
    ['workers', quick, ['tts']],
  ] as const)('while it is busy: %s', async (busy, delays, missing) => {
    const measured = { delays: { ...delays }, missing: [...missing] as string[] };
    const admission = await admissionOf(measured);
    expect(admission.refusal('new')).toBe(busy);
    expect(admission.describe()).toBe(`0 of 2 calls; takes no new one: ${busy}`);
    Object.assign(measured, { delays: quick, missing: [] });
    expect(admission.refusal('new')).toBeUndefined();
  });

  test('beyond those that it may carry, those included whose stream is yet to come', async () => {
    const admission = await admissionOf({ delays: quick, missing: [] });
    const connection = {};
    admission.add('first', connection);
    expect(admission.promise('second')).toBeUndefined();
    expect(admission.refusal('third')).toBe('full');
    expect(admission.promise('third')).toBe('full');
    expect(admission.refusal('second')).toBeUndefined();
    expect(await admission.isKnown('second')).toBe(true);
    expect(await admission.isKnown('third')).toBe(false);
    admission.remove(connection);
    expect(admission.refusal('third')).toBeUndefined();
  });
});

describe('where all lines are busy', () => {
  const open = () => GatewayLab.open({}, undefined, { ORKESTRA_GATEWAY_CALLERS: '1' });
  const words = 'all lines are busy; call again in a minute';

  async function talk(lab: GatewayLab, session = lab.session) {
    const client = await lab.connect('/pcm');
    client.send({ type: 'start', session, sampleRate: 16_000 });
    return client;
  }

  test('a new caller is told so at once, and no call is started; who comes back is let in', async () => {
    const lab = await open();
    const first = await talk(lab);
    await first.message('started');
    const second = await talk(lab, `${lab.session}-2`);
    expect(await second.message('refused')).toEqual({ type: 'refused', reason: words });
    expect(await second.closed).toEqual({ code: 1013, reason: words });
    const again = await talk(lab);
    await again.message('started');
    expect(lab.requests.all.map(({ session }) => session)).toEqual([lab.session, lab.session]);
    expect(await lab.registry.metrics()).toContain('orkestra_gateway_refused_total{reason="full"} 1');
    expect(await lab.registry.metrics()).toContain('orkestra_gateway_open 0');
    // Nothing of the caller who was turned away is left behind.
    expect(await lab.hub.redis.keys(`orkestra:{${lab.session}-2}:*`)).toEqual([]);
  });

  test('a stream of Twilio’s is closed with the reason', async () => {
    const lab = await open();
    await (await talk(lab)).message('started');
    const stream = new TwilioStream(await lab.connect('/twilio'));
    stream.start('CA1', { session: `${lab.session}-2` });
    expect(await stream.client.closed).toEqual({ code: 1013, reason: words });
  });

  test('those who start calls elsewhere know it, until one gateway is free', async () => {
    const { hub, session } = await GatewayLab.open();
    let busy: string | undefined = 'full';
    const known = () => allGatewaysBusy(hub.redis, session);
    expect(await known()).toBe(false);
    const one = tellRoom(hub.redis, session, 'one', () => busy);
    const other = tellRoom(hub.redis, session, 'other', () => 'redis');
    await expect.poll(known).toBe(true);
    busy = undefined;
    await expect.poll(known).toBe(false);
    await Promise.all([one.withdraw(), other.withdraw()]);
    expect(await hub.redis.hgetall(`orkestra:gateways:${session}`)).toEqual({});
  });
});
