import { mkdtemp, open, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { bytesPerMs, type MediaFormat } from '../../audio/format.ts';
import { interleave } from '../../audio/interleave.ts';
import { wavHead } from '../../audio/wav.ts';
import { transcode } from '../../gateway/transcode.ts';
import { Utterance } from '../../gateway/utterance.ts';
import type { RecordingPlaces } from '../../store/recordings.ts';
import type { OutHeader } from '../../stream/audio-chunk.ts';
import { Fence } from '../../stream/call-stream.ts';
import type { Redact } from '../redact.ts';
import { toWebVtt } from './captions.ts';
import { type Chunk, type KeptCall, readCall } from './read-call.ts';
import { Side } from './side.ts';
import type { CallerStretch } from './timeline.ts';

/** Nothing lies further from a call's start than the longest call allows, ms: what seems to has a wrong clock. */
const LONGEST_MS = 86_400_000;

/** Samples that are joined at once. */
const BLOCK = 32_768;

/**
 * Makes a call's recording and captions out of its pieces: both are there as a whole, or not at all. Holds one piece
 * or one utterance in memory at a time: each side is first laid out in a file. Returns whether there was anything.
 */
export async function renderRecording(places: RecordingPlaces, redact?: Redact): Promise<boolean> {
  const call = await readCall(places.pieces);
  if (!call) return false;
  const folder = await mkdtemp(join(places.pieces, 'sides-'));
  const { sampleRate } = call.timeline.format;
  const caller = await Side.open(join(folder, 'caller'), sampleRate, LONGEST_MS);
  const bot = await Side.open(join(folder, 'bot'), sampleRate, LONGEST_MS);
  try {
    await layCaller(caller, call);
    await layBot(bot, call);
    const [audio, captions] = [join(folder, 'both.wav'), join(folder, 'both.vtt')];
    await joinSides(audio, caller, bot);
    await writeFile(captions, toWebVtt(call.timeline, redact));
    await rename(captions, places.captions);
    await rename(audio, places.audio);
    return true;
  } finally {
    await Promise.all([caller.close(), bot.close(), call.close()]);
    await rm(folder, { recursive: true, force: true });
  }
}

async function layCaller(side: Side, { timeline, caller, load }: KeptCall) {
  const format = laidFormat(side);
  const disclosedAt = inSamples(side, timeline.disclosedAt - timeline.startsAt);
  let next = 0;
  let stretch: CallerStretch | undefined;
  for (const chunk of caller) {
    while (next < timeline.caller.length && msOf(timeline.caller[next]!.id) <= msOf(chunk.id)) {
      stretch = timeline.caller[next++];
    }
    if (!stretch) continue;
    // Rounded once a stretch, so that its chunks lie side by side.
    const zero = inSamples(side, stretch.at - timeline.startsAt - stretch.audioMs);
    const at = zero + inSamples(side, chunk.header.audioMs);
    const audio = transcode(await load(chunk), chunk.header.format, format);
    const early = Math.max(0, disclosedAt - at);
    await side.lay(at + early, audio.subarray(Math.min(audio.length, early * 2)));
  }
}

async function layBot(side: Side, { timeline, bot, load }: KeptCall) {
  const format = laidFormat(side);
  const rate = bytesPerMs(format);
  const chunks = groupedBy(bot, ({ header }) => header.utterance);
  for (const [name, spans] of groupedBy(timeline.bot, ({ utterance }) => utterance)) {
    const audio = await audioOf(name, chunks.get(name) ?? [], timeline.revisions, load, format);
    for (const { at, fromMs, toMs } of spans) {
      const [from, to] = [fromMs, toMs].map((ms) => Math.round((ms * rate) / 2) * 2);
      await side.lay(inSamples(side, at - timeline.startsAt), audio.subarray(from, to));
    }
  }
}

/** All that was to be heard of an utterance, by the newest attempt at it and for the hearing that counted. */
async function audioOf(
  name: string,
  chunks: readonly Chunk<OutHeader>[],
  revisions: ReadonlyMap<number, number>,
  load: KeptCall['load'],
  format: MediaFormat,
): Promise<Buffer> {
  const utterance = new Utterance(name, undefined, undefined);
  const fence = new Fence();
  for (const chunk of chunks) {
    const { header } = chunk;
    if (!fence.admits(name, header.attempt)) continue;
    if (header.turn !== undefined && revisions.get(header.turn) !== header.revision) continue;
    utterance.add(header, transcode(await load(chunk), header.format, format));
  }
  return Buffer.concat(utterance.sentences.map(({ audio }) => audio));
}

function groupedBy<T>(all: readonly T[], keyOf: (one: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const one of all) {
    const group = groups.get(keyOf(one));
    if (group) group.push(one);
    else groups.set(keyOf(one), [one]);
  }
  return groups;
}

async function joinSides(path: string, left: Side, right: Side) {
  const samples = Math.max(left.length, right.length);
  const file = await open(path, 'w');
  try {
    await file.write(wavHead({ bytes: samples * 4, channels: 2, sampleRate: left.sampleRate }));
    for (let at = 0; at < samples; at += BLOCK) {
      const count = Math.min(BLOCK, samples - at);
      const both = interleave(await left.read(at, count), await right.read(at, count));
      await file.write(new Uint8Array(both.buffer));
    }
    await file.sync();
  } finally {
    await file.close();
  }
}

const laidFormat = ({ sampleRate }: Side): MediaFormat => ({ encoding: 'pcm16', sampleRate });

const inSamples = ({ sampleRate }: Side, ms: number) => Math.round((ms * sampleRate) / 1_000);

/** When an entry was written, by Redis' clock, ms. */
const msOf = (id: string) => Number(id.split('-', 1)[0]);
