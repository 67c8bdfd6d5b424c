import { bytesPerMs, type MediaFormat } from '../audio/format.ts';
import type { AudioChunk, OutHeader } from '../stream/audio-chunk.ts';
import { transcode } from './transcode.ts';
import { Utterance } from './utterance.ts';

export interface QueueBounds {
  keptAudioMs: number;
  keptUtterances: number;
}

/** An utterance that an earlier connection of the call began. */
export interface Left {
  utterance: Utterance;
  /** How much of it had been heard, ms, before it went on at `since`, if it did. */
  playedMs: number;
  since: number | undefined;
  /** That connection said so as its last word: no other comes. */
  told: boolean;
}

/** Names and turns that are remembered: more than the stream of bot audio holds. */
const REMEMBERED = 512;

/**
 * What the bot is to say, in order. A reply is held until `turn.final` of its turn names its revision; anything
 * else is ready when it comes.
 */
export class UtteranceQueue {
  private readonly held = new Map<string, Utterance>();
  private ready: Utterance[] = [];
  private current: Utterance | undefined;
  private readonly left = new Map<string, Left>();
  /** Names of utterances that were played or given up. */
  private readonly over = new Set<string>();
  private readonly eager = new Map<number, number>();
  private readonly finals = new Map<number, number>();
  private newestTurn = 0;

  constructor(
    private readonly format: MediaFormat,
    private readonly bounds: QueueBounds,
  ) {}

  /** False where the chunk did not fit the bounds. */
  add({ header, audio }: AudioChunk<OutHeader>): boolean {
    if (this.over.has(header.utterance)) return true;
    const utterance = this.find(header);
    if (utterance === 'unwanted') return true;
    if (utterance === 'full' || this.keptBytes() > this.bounds.keptAudioMs * bytesPerMs(this.format)) {
      return false;
    }
    utterance.add(header, transcode(audio, header.format, this.format));
    return true;
  }

  onEager(turn: number, revision: number) {
    remember(this.eager, turn, revision);
  }

  /** What was prepared for the turn's eager hearing is void. */
  onResumed(turn: number) {
    const revision = this.eager.get(turn) ?? 0;
    for (const [key, utterance] of this.held) {
      if (utterance.turn === turn && utterance.revision! <= revision) this.held.delete(key);
    }
  }

  onFinal(turn: number, revision: number) {
    remember(this.finals, turn, revision);
    this.ready = this.ready.filter((each) => each.turn !== turn || each.revision === revision);
    for (const [key, utterance] of this.held) {
      if (utterance.turn !== turn) continue;
      this.held.delete(key);
      if (utterance.revision === revision) this.ready.push(utterance);
    }
  }

  /** Whether something is ready. */
  get waits(): boolean {
    return this.ready.length > 0;
  }

  /** Whether what comes next has to wait for what becomes of one that was left. A reply has not: the caller waits for it. */
  get isHeldUp(): boolean {
    return this.left.size > 0 && this.ready[0]?.turn === undefined;
  }

  /** Takes the next one out, to be played. */
  begin(): Utterance {
    this.current = this.ready.shift()!;
    this.supersede(this.current.turn ?? 0);
    return this.current;
  }

  /** Replies to turns before this one are stale. */
  supersede(turn: number) {
    this.newestTurn = Math.max(this.newestTurn, turn);
  }

  /** Takes the stale ones out. */
  takeStale(): Utterance[] {
    const isStale = ({ turn }: Utterance) => turn !== undefined && turn < this.newestTurn;
    const stale = this.ready.filter(isStale);
    if (stale.length > 0) this.ready = this.ready.filter((each) => !isStale(each));
    return stale;
  }

  /** Takes all out that is ready. */
  drain(): Utterance[] {
    return this.ready.splice(0);
  }

  /** The utterance has been played or given up: what still comes of it is unwanted. */
  settle(name: string) {
    this.over.add(name);
    if (this.over.size > REMEMBERED) this.over.delete(this.over.values().next().value!);
    this.left.delete(name);
    this.ready = this.ready.filter((each) => each.name !== name);
    if (this.current?.name === name) this.current = undefined;
  }

  /** An utterance was begun: unless it was here, it is not to be played here. False where it was here. */
  leave(name: string, startedAt: number): boolean {
    if (this.over.has(name) || this.current?.name === name) return false;
    const known = this.ready.find((each) => each.name === name);
    this.ready = this.ready.filter((each) => each !== known);
    const utterance = known ?? new Utterance(name, undefined, undefined);
    this.left.set(name, { utterance, playedMs: 0, since: startedAt, told: false });
    return true;
  }

  /** The earlier connection paused, or went on with, what it had begun; `told`: it is gone, and said so. */
  leaveAt(name: string, playedMs: number, since: number | undefined, told: boolean) {
    const left = this.left.get(name);
    if (left) Object.assign(left, { playedMs, since, told });
  }

  /** Those whose end nobody told. */
  unsettled(): Left[] {
    return [...this.left.values()];
  }

  /** Goes on with one that was left, unless it is stale or another one has begun: false then. */
  adopt(utterance: Utterance): boolean {
    const { name, turn } = utterance;
    if (this.current || (turn !== undefined && turn < this.newestTurn)) return false;
    this.left.delete(name);
    this.current = utterance;
    return true;
  }

  private find(header: OutHeader): Utterance | 'unwanted' | 'full' {
    const { utterance: name, turn, revision } = header;
    const final = turn === undefined ? undefined : this.finals.get(turn);
    const left = this.left.get(name);
    if (left) {
      if (final !== undefined && final !== revision) return 'unwanted';
      // Its first chunk tells whose reply it is.
      if (left.utterance.turn !== turn) left.utterance = new Utterance(name, turn, revision);
      return left.utterance;
    }
    const known = [this.current, ...this.ready].find((each) => each?.name === name);
    if (known) return known.revision === revision ? known : 'unwanted';
    const key = `${name} ${revision}`;
    const held = this.held.get(key);
    if (held) return held;
    if (final !== undefined && final !== revision) return 'unwanted';
    if (this.held.size + this.ready.length >= this.bounds.keptUtterances) return 'full';
    const utterance = new Utterance(name, turn, revision);
    if (turn === undefined || final !== undefined) this.ready.push(utterance);
    else this.held.set(key, utterance);
    return utterance;
  }

  private keptBytes(): number {
    let bytes = this.current?.bytes ?? 0;
    for (const each of this.ready) bytes += each.bytes;
    for (const each of this.held.values()) bytes += each.bytes;
    return bytes;
  }
}

function remember(map: Map<number, number>, turn: number, revision: number) {
  map.set(turn, revision);
  if (map.size > REMEMBERED) map.delete(map.keys().next().value!);
}
