import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { writeWav } from '../../audio/wav.ts';
import { callSettingsSchema } from '../../call/settings.ts';
import { loadConfig } from '../../config/load.ts';
import { tellRoom } from '../../gateway/room.ts';
import { CallLab } from '../../test/call-lab.ts';
import { openRedis } from '../connect-redis.ts';
import { orkestra } from '../testing/captured-run.ts';

const folder = mkdtempSync(join(tmpdir(), 'orkestra-cli-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** A port that nothing listens on. */
const NOWHERE = '127.0.0.1:9';

function file(name: string, bytes: string | Uint8Array): string {
  writeFileSync(join(folder, name), bytes);
  return join(folder, name);
}

const silence = writeWav({ samples: new Int16Array(32_000), sampleRate: 16_000 });
const tone = Int16Array.from({ length: 16_000 }, (_, i) => 9_000 * Math.sin(i / 10));

const files = {
  missing: join(folder, 'missing.wav'),
  empty: file('empty.wav', ''),
  text: file('text.wav', 'Hello, I would like a loan.'),
  cut: file('cut.wav', silence.subarray(0, 1_000)),
  silent: file('silent.wav', silence),
  faint: file('faint.wav', writeWav({ samples: new Int16Array(32_000).fill(30), sampleRate: 16_000 })),
  odd: file('odd.wav', writeWav({ samples: tone, sampleRate: 12_345 })),
  good: file('good.wav', writeWav({ samples: tone, sampleRate: 16_000 })),
};

const ID = 'a session id is 3–64 letters, digits, - or _';
const PHONE = '--phone: a phone number is written in E.164, like +14155550123.';

describe('before anything is started, start-call refuses', () => {
  // If anything were reached out for, the answer would be about that.
  beforeEach(() => {
    const before = { ...process.env };
    Object.assign(process.env, { TEMPORAL_ADDRESS: NOWHERE, REDIS_URL: `redis://${NOWHERE}` });
    return () => Object.assign(process.env, before);
  });

  test.each([
    ['a session id with a space', ['my call'], `"my call" can't be a session id: ${ID}.`],
    ['a session id of two letters', ['ab'], `"ab" can't be a session id: ${ID}.`],
    ['a session id of 65 characters', ['x'.repeat(65)], `"${'x'.repeat(65)}" can't be a session id: ${ID}.`],
    ['a session id with an umlaut', ['grüße'], `"grüße" can't be a session id: ${ID}.`],
    ['an empty session id', [''], `"" can't be a session id: ${ID}.`],
    ['a phone number with letters', ['abc', '--phone', '+1415CALLNOW'], PHONE],
    ['a phone number without a plus sign', ['abc', '--phone', '4155550123'], PHONE],
    ['a phone number of 16 digits', ['abc', '--phone', '+1234567890123456'], PHONE],
    ['nobody to call', ['abc', '--dial'], '--dial: give the number to call with --phone.'],
    [
      'a caller who is called and played',
      ['abc', '--phone', '+14155550123', '--dial', '--text', 'Hello'],
      'A call that is dialled has a caller: give --dial alone.',
    ],
    [
      'a customer id with a space',
      ['abc', '--customer', 'c 1'],
      '--customer: a customer id is 1–64 letters, digits, - or _.',
    ],
    [
      'a domain that is not there',
      ['abc', '--domain', 'bnaking'],
      '--domain: there is no domain "bnaking". Did you mean banking? The domains are banking, clinic.',
    ],
    [
      'a domain that is no word',
      ['abc', '--domain', '../etc'],
      '--domain: there is no domain "../etc". The domains are banking, clinic.',
    ],
    [
      'an ill-typed setting',
      ['abc', '--set', 'bargeIn=perhaps'],
      '--set bargeIn: takes true or false, not "perhaps".',
    ],
    [
      'a setting without a value',
      ['abc', '--set', 'bargeIn'],
      '--set "bargeIn": write key=value, like --set bargeIn=false.',
    ],
    [
      'a file and lines at once',
      ['abc', '--audio', files.good, '--text', 'Hello'],
      'A caller either speaks or types: give --audio or --text, not both.',
    ],
    ['an empty line', ['abc', '--text', ' '], '--text: a line has 1 to 2000 characters.'],
    [
      'a line that is too long',
      ['abc', '--text', 'x'.repeat(2_001)],
      '--text: a line has 1 to 2000 characters.',
    ],
    [
      'a file that is missing',
      ['abc', '--audio', files.missing],
      `--audio ${files.missing}: there is no such file.`,
    ],
    ['a folder', ['abc', '--audio', folder], `--audio ${folder}: this is a folder; name a WAV file.`],
    [
      'an empty file',
      ['abc', '--audio', files.empty],
      `--audio ${files.empty}: the file is empty; give a WAV file with the caller's words.`,
    ],
    [
      'a file that is not audio',
      ['abc', '--audio', files.text],
      `--audio ${files.text}: the file is not a WAV file; give a WAV file with the caller's words.`,
    ],
    [
      'a file that is cut short',
      ['abc', '--audio', files.cut],
      `--audio ${files.cut}: the file is cut short: 956 of 64000 bytes of audio are there; give a WAV file with the caller's words.`,
    ],
    [
      'a silent file',
      ['abc', '--audio', files.silent],
      `--audio ${files.silent}: the file is silent; record the caller's words and try again.`,
    ],
    [
      'a file that is all but silent',
      ['abc', '--audio', files.faint],
      `--audio ${files.faint}: the file is silent; record the caller's words and try again.`,
    ],
    [
      'a file at a rate that nobody uses',
      ['abc', '--audio', files.odd],
      `--audio ${files.odd}: can't resample 12345 Hz; the rates are 8000, 11025, 16000, 22050, 24000, 32000, 44100, 48000.`,
    ],
  ])('%s', async (_, args, sentence) => {
    expect(await orkestra(['start-call', ...args])).toEqual({
      code: 2,
      stdout: '',
      stderr: `orkestra: ${sentence}\nSee \`orkestra start-call --help\`.\n`,
    });
  });

  test('an unknown setting, with all that there are', async () => {
    const { code, stderr } = await orkestra(['start-call', 'abc', '--set', 'endpointingMS=5']);
    expect(code).toBe(2);
    expect(stderr).toContain(
      '--set: there is no setting "endpointingMS". Did you mean endpointingMs? The settings are',
    );
    for (const key of Object.keys(callSettingsSchema.parse({}))) expect(stderr).toContain(key);
  });

  test('what it can start nowhere', async () => {
    expect(await orkestra(['start-call', 'abc'])).toEqual({
      code: 1,
      stdout: '',
      stderr: `orkestra: Redis does not answer at redis://${NOWHERE}: start it with \`orkestra up\`, or set REDIS_URL to where it runs.\n`,
    });
  });
});

describe('start-call', () => {
  let lab: CallLab;
  beforeAll(async () => {
    lab = await CallLab.open();
    process.env.ORKESTRA_TASK_QUEUE_PREFIX = lab.prefix;
  });
  afterAll(() => lab.close());

  const session = () => `cli-${crypto.randomUUID().slice(0, 8)}`;

  test('says where Temporal should be if it is not', async () => {
    const before = process.env.TEMPORAL_ADDRESS;
    process.env.TEMPORAL_ADDRESS = NOWHERE;
    const run = await orkestra(['start-call', 'abc']);
    process.env.TEMPORAL_ADDRESS = before;
    expect(run).toEqual({
      code: 1,
      stdout: '',
      stderr: `orkestra: Temporal does not answer at ${NOWHERE}: start it with \`orkestra up\`, or set TEMPORAL_ADDRESS to where it runs.\n`,
    });
  });

  test('says so where the namespace is missing', async () => {
    process.env.TEMPORAL_NAMESPACE = 'nowhere';
    const { code, stderr } = await orkestra(['start-call', 'abc']);
    delete process.env.TEMPORAL_NAMESPACE;
    expect(code).toBe(1);
    expect(stderr).toMatch(/^orkestra: Temporal at \S+ has no namespace nowhere: create it with /);
  });

  test('starts a call that waits for its caller, and shows no number in full', async () => {
    const id = session();
    const who = ['--phone', '+14155550123', '--customer', 'cust-8841'];
    const run = await orkestra(['start-call', id, ...who, '--set', 'speed=1.2', '--set', 'connectMs=30000']);
    expect(run.code).toBe(0);
    expect(run.stdout).toContain(
      `Call ${id} (banking, +14•••••23, cu•••41) has started and waits 30 s for its caller.`,
    );
    expect(run.stdout + run.stderr).not.toMatch(/4155550123|8841/);
    const handle = lab.client.workflow.getHandle(`call-${id}`);
    expect(await handle.query('state')).toMatchObject({
      session: id,
      domain: 'banking',
      settings: { speed: 1.2 },
    });
    await handle.terminate();
  });

  test('has the workers call the caller', async () => {
    const id = session();
    const run = await orkestra(['start-call', id, '--phone', '+14155550123', '--dial']);
    expect(run).toMatchObject({ code: 0, stderr: '' });
    expect(run.stdout).toContain(`Call ${id} (banking, +14•••••23) has started and calls its caller.`);
    // This lab has no account at Twilio: the call says so, so it has tried.
    expect(await lab.client.workflow.getHandle(`call-${id}`).result()).toMatchObject({
      reason: expect.stringMatching(/^the call could not be placed: to place calls, set TWILIO_ACCOUNT_SID/),
    });
  });

  test('calls nobody while no gateway takes new calls', async () => {
    const id = session();
    const { redis } = await openRedis(loadConfig().redis);
    const full = tellRoom(redis, lab.prefix, 'full', () => 'full');
    await redis.ping();
    const run = await orkestra(['start-call', id, '--phone', '+14155550123', '--dial']);
    await full.withdraw();
    redis.disconnect();
    expect(run).toEqual({
      code: 1,
      stdout: '',
      stderr: 'orkestra: All lines are busy, so nobody is called: try again in a minute.\n',
    });
    await expect(lab.client.workflow.getHandle(`call-${id}`).describe()).rejects.toThrow(/not found/);
  });

  test('as JSON names the call and the door to it', async () => {
    const id = session();
    const { stdout } = await orkestra(['start-call', id, '--phone', '+14155550123', '--json']);
    expect(JSON.parse(stdout)).toEqual({
      session: id,
      domain: 'banking',
      phone: '+14•••••23',
      workflowId: `call-${id}`,
      runId: expect.any(String),
      gateway: expect.stringMatching(/^ws:.*\/pcm$/),
    });
    await lab.client.workflow.getHandle(`call-${id}`).terminate();
  });

  test('refuses a session that runs, and one that has run', async () => {
    const id = session();
    await orkestra(['start-call', id]);
    for (const caller of [[], ['--text', 'Hello']]) {
      const again = await orkestra(['start-call', id, ...caller]);
      expect(again).toMatchObject({ code: 1, stdout: '' });
      expect(again.stderr).toBe(
        `orkestra: A call of session ${id} already runs: follow it with \`orkestra monitor-session ${id} --follow\`, end it with \`orkestra end-call ${id}\`, or take another session id.\n`,
      );
    }
    await lab.client.workflow.getHandle(`call-${id}`).terminate();
    expect(await orkestra(['start-call', id])).toEqual({
      code: 1,
      stdout: '',
      stderr: `orkestra: Session ${id} was a call that has ended: take another session id.\n`,
    });
  });

  test('leaves no call behind where no gateway answers its caller', async () => {
    const id = session();
    process.env.ORKESTRA_GATEWAY_PORT = '9';
    const run = await orkestra(['start-call', id, '--audio', files.good]);
    delete process.env.ORKESTRA_GATEWAY_PORT;
    expect(run).toMatchObject({ code: 1, stdout: '' });
    expect(run.stderr).toMatch(
      /^orkestra: No gateway answers at ws:\/\/127\.0\.0\.1:9\/pcm \(ECONNREFUSED\): start one/,
    );
    await expect(lab.client.workflow.getHandle(`call-${id}`).describe()).rejects.toThrow(/not found/);
  });

  test('lets no caller speak where nobody would listen', async () => {
    const id = session();
    process.env.ORKESTRA_TASK_QUEUE_PREFIX = 'deserted';
    const run = await orkestra(['start-call', id, '--text', 'Hello']);
    process.env.ORKESTRA_TASK_QUEUE_PREFIX = lab.prefix;
    expect(run).toEqual({
      code: 1,
      stdout: '',
      stderr:
        'orkestra: Nobody could answer the caller, no worker runs for orchestrator, stt, llm, tts: start them with `orkestra up`, or each with `orkestra worker NAME`.\n',
    });
    await expect(lab.client.workflow.getHandle(`call-${id}`).describe()).rejects.toThrow(/not found/);
  });
});
