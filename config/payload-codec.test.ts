import { defaultPayloadConverter, type Payload } from '@temporalio/common';
import { describe, expect, test } from 'vitest';
import { payloadCodec, UnreadablePayload } from './payload-codec.ts';

const old = { name: '2026-05', secret: Buffer.alloc(32, 1) };
const now = { name: '2026-11', secret: Buffer.alloc(32, 2) };
const said = { caller: 'My number is +14155550123', turns: [1, 2] };
const payload = () => defaultPayloadConverter.toPayload(said)!;
const read = (one: Payload | undefined) => defaultPayloadConverter.fromPayload(one!);
const encrypted = async (keys = [now]) => (await payloadCodec(keys).encode([payload()]))[0]!;

describe('a payload', () => {
  test('is read by whoever has its key, and by nobody else', async () => {
    const secret = await encrypted();
    expect(Buffer.from(secret.data!).toString('latin1')).not.toContain('4155550123');
    const [back] = await payloadCodec([now]).decode([secret]);
    expect(read(back)).toEqual(said);
    await expect(payloadCodec([old]).decode([secret])).rejects.toThrow(
      'a payload was encrypted with the key 2026-11, which is not configured here: add it to ORKESTRA_PAYLOAD_KEYS',
    );
    await expect(payloadCodec([]).decode([secret])).rejects.toThrow(UnreadablePayload);
  });

  test('of an old key is read as long as that key is there, while new ones get the new key', async () => {
    const codec = payloadCodec([now, old]);
    const [first, second] = await codec.decode([
      await encrypted([old]),
      ...(await codec.encode([payload()])),
    ]);
    expect([read(first), read(second)]).toEqual([said, said]);
    await expect(payloadCodec([old]).decode([await encrypted([now, old])])).rejects.toThrow('2026-11');
  });

  test('that is not encrypted stays what it is: calls of before there was a key go on', async () => {
    const plain = payload();
    expect(await payloadCodec([now]).decode([plain, {}])).toEqual([plain, {}]);
    expect(await payloadCodec([]).encode([plain])).toEqual([plain]);
  });

  test('looks different each time', async () => {
    const [one, other] = await payloadCodec([now]).encode([payload(), payload()]);
    expect(one!.data).not.toEqual(other!.data);
  });

  test.each([
    ['a changed byte', (data: Uint8Array) => data.with(20, data[20]! ^ 1)],
    ['a changed tag', (data: Uint8Array) => data.with(data.length - 1, data.at(-1)! ^ 1)],
    ['no tag', (data: Uint8Array) => data.slice(0, 20)],
    ['nothing', () => new Uint8Array()],
  ])('with %s is damaged', async (_, change) => {
    const secret = await encrypted();
    const damaged = { ...secret, data: change(Uint8Array.from(secret.data!)) };
    await expect(payloadCodec([now]).decode([damaged])).rejects.toThrow('is damaged');
  });

  test('in a worker: what may come from outside is left for the workflow to refuse, results of activities are not', async () => {
    const told: string[] = [];
    const watch = {
      lenient: true,
      onUnreadable: ({ reason }: UnreadablePayload) => void told.push(reason),
    };
    const codec = payloadCodec([now], watch);
    const secret = await encrypted([old]);
    const where = { namespace: 'default', workflowId: 'call-1' };
    expect(await codec.decode([secret], { type: 'workflow', ...where })).toEqual([secret]);
    await expect(codec.decode([secret], { type: 'activity', isLocal: false, ...where })).rejects.toThrow(
      '2026-05',
    );
    expect(told).toEqual(['unknown-key', 'unknown-key']);
  });

  test('that names no key but something else does not get it repeated', async () => {
    const metadata = {
      encoding: Buffer.from('binary/encrypted'),
      'encryption-key-id': Buffer.from('+14155550123 <b>'),
    };
    await expect(payloadCodec([now]).decode([{ metadata }])).rejects.toThrow('the key (unnamed)');
  });
});
