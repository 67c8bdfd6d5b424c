import { randomUUID } from 'node:crypto';
import { mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { RedisClient } from '../../stream/connection.ts';
import { isAfter } from '../../stream/feed.ts';
import { type StreamName, streamKey } from '../../stream/keys.ts';

/** An entry of one of a call's live streams, as it stood there. */
export interface Entry {
  stream: StreamName;
  id: string;
  payload: Buffer;
}

const streams: readonly StreamName[] = ['events', 'in', 'out'];
type Ends = Record<StreamName, string>;

/** Entries that are read from Redis at once: at most 50 s of audio. */
const PAGE = 50;

/** Of the events, those that say when something was heard. */
const keptEvents = new Set([
  'caller.connected',
  'speech.started',
  'turn.final',
  'playback.started',
  'playback.paused',
  'playback.resumed',
  'playback.ended',
]);

/**
 * Copies what is new in a call's streams into a file of its own. The name of such a piece says how far it goes, so
 * that the next one, whoever writes it, goes on from there. Two that are written at once overlap, no more: their
 * entries have ids.
 */
export async function copyNewEntries(redis: RedisClient, session: string, folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  const ends = furthest((await pieceNames(folder)).map(endsOf));
  const before = nameOf(ends);
  const draft = join(folder, `${randomUUID()}.draft`);
  const file = await open(draft, 'w');
  try {
    for (const stream of streams) {
      for await (const entry of newEntries(redis, session, stream, ends[stream])) {
        ends[stream] = entry.id;
        if (isKept(entry)) await file.write(encode(entry));
      }
    }
    await file.sync();
  } catch (error) {
    await file.close();
    await rm(draft, { force: true });
    throw error;
  }
  await file.close();
  if (nameOf(ends) === before) await rm(draft, { force: true });
  else await rename(draft, join(folder, nameOf(ends)));
}

/** The files of a call's pieces, first things first. */
export async function listPieces(folder: string): Promise<string[]> {
  const names = await pieceNames(folder);
  names.sort((a, b) => inOrder(endsOf(a), endsOf(b)));
  return names.map((name) => join(folder, name));
}

/** The entries of a piece, each with the place of its payload in the file. */
export async function readPiece(path: string): Promise<(Entry & { offset: number })[]> {
  const bytes = await readFile(path);
  const entries: (Entry & { offset: number })[] = [];
  for (let at = 0; at < bytes.length;) {
    const lineEnd = bytes.indexOf(0x0a, at);
    const [stream, id, length] = bytes.toString('latin1', at, lineEnd).split(' ') as [
      StreamName,
      string,
      string,
    ];
    const offset = lineEnd + 1;
    at = offset + Number(length);
    entries.push({ stream, id, offset, payload: bytes.subarray(offset, at) });
  }
  return entries;
}

/** Where one stream has brought nothing new, the others tell which piece goes on from which. */
function inOrder(a: Ends, b: Ends): number {
  const differing = streams.find((stream) => a[stream] !== b[stream]);
  if (!differing) return 0;
  return isAfter(a[differing], b[differing]) ? 1 : -1;
}

async function* newEntries(
  redis: RedisClient,
  session: string,
  stream: StreamName,
  after: string,
): AsyncGenerator<Entry> {
  for (let from = after; ;) {
    const start = from === '0' ? '-' : `(${from}`;
    const page = await redis.xrangeBuffer(streamKey(session, stream), start, '+', 'COUNT', PAGE);
    for (const [id, fields] of page) yield { stream, id: id.toString(), payload: fields[1]! };
    if (page.length < PAGE) return;
    from = page.at(-1)![0].toString();
  }
}

function isKept({ stream, payload }: Entry): boolean {
  if (stream !== 'events') return true;
  return keptEvents.has((JSON.parse(payload.toString()) as { type: string }).type);
}

const encode = ({ stream, id, payload }: Entry) =>
  Buffer.concat([Buffer.from(`${stream} ${id} ${payload.length}\n`), payload]);

const nameOf = (ends: Ends) => `${streams.map((stream) => ends[stream]).join('_')}.piece`;

function endsOf(name: string): Ends {
  const [events, ...audio] = name.replace('.piece', '').split('_') as [string, string, string];
  return { events, in: audio[0]!, out: audio[1]! };
}

const furthest = (all: Ends[]) =>
  all.reduce(
    (far, ends) => {
      const further = (stream: StreamName) =>
        isAfter(ends[stream], far[stream]) ? ends[stream] : far[stream];
      return { events: further('events'), in: further('in'), out: further('out') };
    },
    { events: '0', in: '0', out: '0' },
  );

async function pieceNames(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  return names.filter((name) => name.endsWith('.piece'));
}
