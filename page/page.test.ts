import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { readWav, writeWav } from '../audio/wav.ts';
import { workflowIdOf } from '../call/request.ts';
import { readToken } from '../call/session-token.ts';
import { packageRoot } from '../config/package.ts';
import { Happenings } from '../test/gateway/wait.ts';
import { BreakableLine } from '../test/page/breakable-line.ts';
import { openChromium } from '../test/page/chromium.ts';
import { System } from '../test/system.ts';
import { transcriptQuery } from '../workflows/messages.ts';
import { LINE_RATE } from './line-format.ts';

let system: System;
let folder: string;
let browser: Browser | undefined;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'orkestra-page-'));
  system = await System.start();
  // Where a browser has to be installed, it is here.
  await (await openChromium()).close();
}, 600_000);
afterEach(() => browser?.close());
afterAll(async () => {
  await system.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** A WAV file for the microphone: seconds of silence, and recordings by name. */
function microphone(...parts: (number | string)[]): string {
  const samples = parts.flatMap((part) => {
    if (typeof part === 'number') return Array.from({ length: part * LINE_RATE }, () => 0);
    return [...readWav(readFileSync(join(packageRoot, 'test', 'recordings', `${part}.wav`))).samples];
  });
  const file = join(folder, `${crypto.randomUUID()}.wav`);
  writeFileSync(file, writeWav({ sampleRate: LINE_RATE, samples: Int16Array.from(samples) }));
  return file;
}

/** What the page sends: its messages, and the loudest sample of each frame of audio. */
class Sent {
  readonly messages = new Happenings<Record<string, string>>();
  readonly peaks = new Happenings<number>();

  constructor(page: Page) {
    page.on('websocket', (socket) =>
      socket.on('framesent', ({ payload }) => {
        if (typeof payload === 'string') this.messages.add(JSON.parse(payload));
        else
          this.peaks.add(
            Math.max(
              ...Array.from({ length: payload.length / 2 }, (_, i) => Math.abs(payload.readInt16LE(2 * i))),
            ),
          );
      }),
    );
  }

  starts = () => this.messages.all.filter(({ type }) => type === 'start');

  /** The peaks of so many frames from now on. */
  async nextPeaks(count: number): Promise<number[]> {
    const from = this.peaks.all.length;
    await this.peaks.until(() => this.peaks.all.length >= from + count);
    return this.peaks.all.slice(from, from + count);
  }

  /** A voice is heard from now on. */
  voice(): Promise<void> {
    const from = this.peaks.all.length;
    return this.peaks.until(() => this.peaks.all.slice(from).some((peak) => peak > 1_000));
  }
}

const gatewayPort = () => Number(new URL(system.workers.gatewayUrl).port);

async function open(voice?: string, port = gatewayPort()) {
  browser = await openChromium(voice);
  const page = await browser.newPage();
  page.setDefaultTimeout(30_000);
  const problems: string[] = [];
  page.on('pageerror', (error) => problems.push(error.message));
  page.on('console', (message) => message.type() === 'error' && problems.push(message.text()));
  const sent = new Sent(page);
  await page.goto(`http://127.0.0.1:${port}/`);
  return { page, sent, problems };
}

const callOf = (sent: Sent) => {
  const { session } = sent.starts()[0]!;
  return system.temporal.client.workflow.getHandle(workflowIdOf(session!));
};

test(
  'a caller speaks, is heard, and reads what was said and what each reply cost in time',
  { timeout: 90_000 },
  async () => {
    const { page, sent, problems } = await open(microphone(10, 'hours', 60));
    await page.getByRole('button', { name: 'Start call' }).click();
    await page.locator('.bot', { hasText: 'Northwind Bank' }).waitFor();
    await page.locator('.caller:not(.partial)', { hasText: /opening hours/i }).waitFor();
    const reply = page.locator('.bot', { hasText: 'nine in the morning' });
    await reply.waitFor();
    const ms = (text: string) => Number.parseInt(/(\d+) ms$/.exec(text)![1]!);
    const total = ms(await reply.locator('.total').innerText());
    const parts = await reply.locator('.legend span').allInnerTexts();
    expect(parts.map((part) => part.replace(/\d+ ms$/, ''))).toEqual([
      'transcript ',
      'first sentence ',
      'first sound ',
    ]);
    const sum = parts.reduce((sum, part) => sum + ms(part), 0);
    expect(Math.abs(sum - total)).toBeLessThanOrEqual(2);
    // The loudspeaker says when it has played the greeting.
    await sent.messages.first(({ type, name }) => type === 'mark' && name!.startsWith('greeting'));
    expect(problems).toEqual([]);
  },
);

test('mute sends silence; hanging up ends the call', { timeout: 90_000 }, async () => {
  const { page, sent } = await open(microphone(...Array.from({ length: 20 }, () => 'hours')));
  await page.getByRole('button', { name: 'Start call' }).click();
  await sent.voice();
  const mute = page.getByRole('button', { name: 'Mute microphone' });
  await mute.click();
  await page.getByText('Muted').waitFor();
  // Some frames were on their way.
  await sent.nextPeaks(10);
  expect(new Set(await sent.nextPeaks(100))).toEqual(new Set([0]));
  await mute.click();
  await sent.voice();
  await page.getByRole('button', { name: 'Hang up' }).click();
  await page.getByText('You hung up.').waitFor();
  expect(await callOf(sent).result()).toMatchObject({ reason: 'the caller hung up' });
});

test('a connection that drops comes back to the same call', { timeout: 90_000 }, async () => {
  const line = await BreakableLine.to(gatewayPort());
  const { page, sent } = await open(microphone(60), line.port);
  await page.getByRole('button', { name: 'Start call' }).click();
  await page.locator('.bot:not(.speaking)', { hasText: 'Northwind Bank' }).waitFor();
  line.cut();
  await page.getByText('Connection lost, reconnecting').waitFor();
  await page.getByText('Connected', { exact: true }).waitFor();
  const [first, second] = sent.starts();
  // It comes back with the newer token that it was given.
  expect(second).toEqual({ ...first, token: second!.token });
  expect(readToken(system.places.config.gateway.sessionKeys, second!.token!).session).toBe(first!.session);
  await page.getByLabel('Type to the assistant').fill('What are your opening hours?');
  await page.getByRole('button', { name: 'Send' }).click();
  await page.locator('.bot:not(.speaking)', { hasText: 'nine in the morning' }).waitFor();
  expect(await page.locator('.entry').count()).toBe(3);
  const { turns } = await callOf(sent).query(transcriptQuery);
  expect(turns.map(({ caller }) => caller)).toEqual(['What are your opening hours?']);
  line.close();
});

test(
  'without a microphone, a sentence says why, and typing is still to be had',
  { timeout: 60_000 },
  async () => {
    const { page } = await open();
    await page.getByRole('button', { name: 'Start call' }).click();
    const problem = page.getByRole('alert');
    await problem.waitFor();
    expect(await problem.innerText()).toBe(
      'This page may not use your microphone. Allow it in the browser’s address bar. You can also type instead.',
    );
    await page.getByRole('button', { name: 'Type instead of speaking' }).click();
    await page.locator('.bot', { hasText: 'Northwind Bank' }).waitFor();
    expect(await page.getByRole('button', { name: 'Mute microphone' }).isVisible()).toBe(false);
  },
);
