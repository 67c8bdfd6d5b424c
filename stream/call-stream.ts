import { decodeChunk, encodeChunk, inHeaderSchema, outHeaderSchema } from './audio-chunk.ts';
import type { AudioChunk, InHeader, OutHeader } from './audio-chunk.ts';
import { type CallEvent, eventSchema, type Placed } from './events.ts';
import type { Entry, Subscription } from './feed.ts';
import type { StreamHub } from './hub.ts';

/** A fence of the attempts at each piece of work: lets through the newest attempt's entries only. */
export class Fence {
  private readonly newest = new Map<string, number>();

  /** False for an entry of an attempt that has been succeeded. */
  admits(work: string, attempt: number): boolean {
    const newest = this.newest.get(work) ?? 0;
    if (attempt < newest) return false;
    this.newest.set(work, attempt);
    return true;
  }
}

/** The live stream of one call, typed. */
export class CallStream {
  constructor(
    private readonly hub: StreamHub,
    readonly session: string,
    /** Told of entries that could not be read; they are skipped. */
    private readonly onBadEntry: (error: Error) => void = () => undefined,
  ) {}

  /** Appends events in order, as one step; returns the id of the last one. */
  async emit(...events: CallEvent[]): Promise<string> {
    const ids = await this.hub.append(
      this.session,
      'events',
      events.map((event) => JSON.stringify(event)),
    );
    return ids.at(-1)!;
  }

  async sendIn(header: InHeader, audio: Uint8Array): Promise<void> {
    await this.hub.append(this.session, 'in', [encodeChunk(header, audio)]);
  }

  /** Appends chunks in order, as one step. */
  async sendOut(chunks: AudioChunk<OutHeader>[]): Promise<void> {
    await this.hub.append(
      this.session,
      'out',
      chunks.map(({ header, audio }) => encodeChunk(header, audio)),
    );
  }

  /**
   * Events after `from`, of the newest attempt at each piece of work only. All who follow the call in this process are
   * given the same objects: they are not to be changed.
   */
  onEvents(from: string, listener: (event: Placed<CallEvent>) => void): Promise<Subscription> {
    const fence = new Fence();
    return this.hub.follow(this.session, 'events', from, (entry) => {
      const event = this.read(entry, readEvent);
      if (!event) return;
      if ('attempt' in event && !fence.admits(workOf(event), event.attempt)) return;
      listener(event);
    });
  }

  onAudioIn(from: string, listener: (chunk: AudioChunk<InHeader> & { id: string }) => void) {
    return this.hub.follow(this.session, 'in', from, (entry) => {
      const chunk = this.read(entry, readIn);
      if (chunk) listener(chunk);
    });
  }

  /** Bot audio after `from`, of the newest attempt at each utterance only. */
  onAudioOut(from: string, listener: (chunk: AudioChunk<OutHeader> & { id: string }) => void) {
    const fence = new Fence();
    return this.hub.follow(this.session, 'out', from, (entry) => {
      const chunk = this.read(entry, readOut);
      if (chunk && fence.admits(chunk.header.utterance, chunk.header.attempt)) listener(chunk);
    });
  }

  /** The first of a stream's followers in this process reads the entry, for all of them. */
  private read<T>(entry: Entry, parse: (entry: Entry) => T): T | undefined {
    try {
      return (entry.read ??= parse(entry)) as T;
    } catch (error) {
      this.onBadEntry(error as Error);
      return undefined;
    }
  }
}

const readEvent = ({ id, payload }: Entry): Placed<CallEvent> => ({
  ...eventSchema.parse(JSON.parse(payload.toString())),
  id,
});
const readIn = ({ id, payload }: Entry) => ({ ...decodeChunk(inHeaderSchema, payload), id });
const readOut = ({ id, payload }: Entry) => ({ ...decodeChunk(outHeaderSchema, payload), id });

/** What an event is a piece of: `turn.final` of turn 3 → `turn-3`. Attempts at one piece of work are fenced. */
export const workOf = ({ type, turn }: { type: string; turn: number }) =>
  `${type.slice(0, type.indexOf('.'))}-${turn}`;

/** ms since the Unix epoch, finer than Date.now(). */
export const now = () => performance.timeOrigin + performance.now();
