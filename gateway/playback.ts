import { z } from 'zod';
import type { AudioChunk, OutHeader } from '../stream/audio-chunk.ts';
import { now } from '../stream/call-stream.ts';
import type { CallEvent, EventOf } from '../stream/events.ts';
import { bytesPerMs } from '../audio/format.ts';
import { ClientClock } from './client-clock.ts';
import { isAsking, wordsHeard, wordsStarted } from './heard.ts';
import { placeToResume } from './resume-place.ts';
import type { Transport } from './transport.ts';
import type { Utterance } from './utterance.ts';
import { type Left, UtteranceQueue, type QueueBounds } from './utterance-queue.ts';

/** Audio is sent in frames of this length, ms, each with a mark. */
const FRAME_MS = 200;
/** How far it is sent ahead of what the caller hears, ms: what a stutter of this process may cost unheard. */
const LEAD_MS = 400;
/** How long a client that echoes marks may take to echo the last one, ms. */
const MARK_GRACE_MS = 2_000;
/** An utterance whose audio stops coming is given up after this, ms, when something else waits. */
const STALL_MS = 5_000;
/** How long a predecessor that still lives may take to say how its utterance ended, ms. */
const SETTLE_MS = 1_000;
/** How much of an utterance has been heard is noted with every so many frames, for a connection after this one. */
const NOTE_FRAMES = 2;

/** How far an utterance has come. */
export const notedSchema = z.object({ utterance: z.string(), playedMs: z.number().nonnegative() });
export type Noted = z.infer<typeof notedSchema>;

export interface PlaybackDeps {
  transport: Transport;
  bounds: QueueBounds;
  emit(event: CallEvent): void;
  /** Whether the bot may begin to speak now; `advance` tells when that may have changed. */
  mayStart(): boolean;
  /** When the caller's last speech ended, ms since the Unix epoch, if a reply is to answer it. Asked once a reply. */
  speechAnswered(): number | undefined;
  /** Told now and then how much of an utterance the caller has heard. */
  note(noted: Noted): void;
  /** The caller hears this audio from `at` on, ms since the Unix epoch, unless it is cleared. */
  onSent(audio: Uint8Array, at: number): void;
  /** A bound made it drop audio. */
  onDropped(): void;
}

interface Playing {
  utterance: Utterance;
  started: boolean;
  /** The caller made a sound, and it is not known yet whether it was a turn. */
  contested: boolean;
  paused: boolean;
  /** Bytes that had been heard at the last pause: some of them are played twice. */
  heardBefore: number;
}

/**
 * Sends the bot's utterances to the caller one after the other, a little ahead of the clock, and knows what was heard
 * of each.
 */
export class Playback {
  private readonly queue: UtteranceQueue;
  private readonly rate: number;
  private readonly client: ClientClock;
  private playing: Playing | undefined;
  private timer: NodeJS.Timeout | undefined;
  private settling: NodeJS.Timeout | undefined;
  /** When it was found that another connection had begun something, ms since the Unix epoch. */
  private foundAt: number | undefined;
  /** Frames that were sent: each has a mark of its own. */
  private frames = 0;
  private onIdle: (() => void) | undefined;
  private closed = false;
  /** All that was on the stream has come: what another connection left can be gone on with. */
  private caughtUp = false;
  private noted: Noted | undefined;

  constructor(private readonly deps: PlaybackDeps) {
    this.queue = new UtteranceQueue(deps.transport.format, deps.bounds);
    this.rate = bytesPerMs(deps.transport.format);
    this.client = new ClientClock(this.rate);
  }

  /** What the connection before noted last. */
  leftBy(noted: Noted) {
    this.noted = noted;
  }

  onChunk(chunk: AudioChunk<OutHeader>) {
    if (!this.queue.add(chunk)) this.deps.onDropped();
    this.advance();
  }

  onEvent(event: CallEvent) {
    switch (event.type) {
      case 'turn.eager':
        return this.queue.onEager(event.turn, event.revision);
      case 'turn.resumed':
        return this.queue.onResumed(event.turn);
      case 'turn.final':
        this.queue.onFinal(event.turn, event.revision);
        return this.advance();
      case 'playback.started':
        return this.leave(event.utterance, event.at);
      case 'playback.paused':
        this.queue.leaveAt(event.utterance, event.playedMs, undefined, event.left !== undefined);
        if (event.left && this.caughtUp) this.settleTold();
        return;
      case 'playback.resumed':
        return this.queue.leaveAt(event.utterance, event.fromMs, event.at, false);
      case 'playback.ended':
        return this.queue.settle(event.utterance);
    }
  }

  /** All has come that was on the call's stream before this connection. `alone`: nobody else will say how anything ended. */
  onCaughtUp(alone: boolean) {
    this.caughtUp = true;
    if (alone) this.settleAll();
    else this.settleTold();
  }

  onMark(name: string) {
    if (this.client.onMark(name)) this.advance();
  }

  /** Falls silent at once, for as long as it is not known whether the caller means to speak. */
  pause() {
    const { playing } = this;
    if (!playing) return;
    playing.contested = true;
    if (playing.paused) return;
    const { transport } = this.deps;
    clearTimeout(this.timer);
    if (playing.started) transport.clear();
    const heardBytes = this.heardBytes(playing);
    Object.assign(playing, { paused: true, heardBefore: heardBytes });
    this.client.restart();
    if (playing.started) this.deps.emit(this.pausedAt(playing.utterance, heardBytes));
  }

  /** Goes on from shortly before the place where it was paused. `settled`: the caller's sound was no turn. */
  resume(settled: boolean) {
    const { playing } = this;
    if (!playing) return;
    if (settled) playing.contested = false;
    if (!playing.paused) return;
    const { utterance, heardBefore } = playing;
    const from = placeToResume(this.deps.transport.format, utterance.sentences, heardBefore);
    utterance.rewind(from);
    playing.paused = false;
    this.client.restart();
    if (playing.started) {
      const fromMs = Math.round(from / this.rate);
      this.deps.emit({ type: 'playback.resumed', at: now(), utterance: utterance.name, fromMs });
    }
    this.advance();
  }

  /** Stops what is being played, at once, and drops what waits behind it. */
  interrupt() {
    if (!this.playing) return;
    if (!this.playing.paused) this.deps.transport.clear();
    this.end(this.playing, true);
    for (const utterance of this.queue.drain()) this.cut(utterance);
    this.advance();
  }

  /** The caller has said something since: replies to turns before this one are void. */
  supersede(turn: number) {
    this.queue.supersede(turn);
    const { contested, utterance } = this.playing ?? {};
    const stale = utterance?.turn !== undefined && utterance.turn < turn;
    if (stale || contested) this.interrupt();
    else this.advance();
  }

  /** Plays out what is being played and nothing else, then calls back. */
  finish(onIdle: () => void) {
    this.onIdle = onIdle;
    this.advance();
  }

  /** The connection is gone. What was being played ends where it was; `comesBack`: it is left to the next connection. */
  close(comesBack: boolean) {
    const { playing } = this;
    if (playing && comesBack) this.leaveToNext(playing);
    else if (playing) this.end(playing, true);
    this.closed = true;
    clearTimeout(this.timer);
    clearTimeout(this.settling);
  }

  /** Sends what is to be sent now, and comes back when there will be more to do. */
  advance() {
    if (this.closed || this.playing?.paused) return;
    clearTimeout(this.timer);
    while (this.playing || this.startNext()) {
      const wait = this.play(this.playing!);
      if (wait === 0) continue;
      if (wait !== Infinity) this.timer = setTimeout(() => this.advance(), Math.ceil(wait));
      return;
    }
    if (!this.onIdle) return;
    this.closed = true;
    this.onIdle();
  }

  private startNext(): boolean {
    if (this.onIdle) return false;
    for (const stale of this.queue.takeStale()) this.cut(stale);
    if (!this.queue.waits || this.queue.isHeldUp || !this.deps.mayStart()) return false;
    this.begin({ utterance: this.queue.begin(), started: false, heardBefore: 0 });
    return true;
  }

  private begin(given: Pick<Playing, 'utterance' | 'started' | 'heardBefore'>) {
    this.playing = { ...given, contested: false, paused: false };
    this.client.restart();
  }

  /** Plays on; returns ms until there is more to do, Infinity where a chunk or a mark will tell, 0 at the end. */
  private play(playing: Playing): number {
    for (;;) {
      const spare = this.client.endsAt - now() - (LEAD_MS - FRAME_MS);
      if (spare > 0) return spare;
      const frame = playing.utterance.take(FRAME_MS * this.rate);
      if (!frame) return this.playLast(playing);
      this.send(playing, frame);
    }
  }

  private send(playing: Playing, frame: Buffer) {
    const { transport } = this.deps;
    const { utterance } = playing;
    const name = `${utterance.name}:${++this.frames}`;
    transport.sendAudio(frame);
    transport.sendMark(name);
    this.deps.onSent(frame, this.client.sent(name, frame.length, utterance.taken));
    if (!playing.started) this.started(playing);
    if (this.frames % NOTE_FRAMES > 0) return;
    const playedMs = Math.max(0, Math.round(this.heardBytes(playing) / this.rate));
    this.deps.note({ utterance: utterance.name, playedMs });
  }

  private playLast(playing: Playing): number {
    const left = this.client.endsAt - now();
    let patience: number;
    if (playing.utterance.complete) {
      patience = this.client.awaitsMark ? MARK_GRACE_MS : 0;
    } else {
      // Its voice is late. Only if somebody waits is there a reason to give it up.
      if (!this.onIdle && !this.queue.waits) return Infinity;
      patience = this.onIdle ? 0 : STALL_MS;
    }
    if (left + patience > 0) return left + patience;
    this.end(playing, !playing.utterance.complete);
    return 0;
  }

  private started(playing: Playing) {
    const { utterance } = playing;
    const at = now();
    const speechEndedAt = utterance.turn === undefined ? undefined : this.deps.speechAnswered();
    const voiceToVoiceMs = speechEndedAt === undefined ? undefined : at - speechEndedAt;
    playing.started = true;
    const { name, text } = utterance;
    this.deps.emit({ type: 'playback.started', at, utterance: name, text, voiceToVoiceMs });
  }

  private end(playing: Playing, interrupted: boolean) {
    const { utterance } = playing;
    const heardBytes = interrupted ? this.heardBytes(playing) : utterance.bytes;
    const heard = interrupted
      ? wordsHeard(this.deps.transport.format, utterance.sentences, heardBytes)
      : utterance.text;
    this.playing = undefined;
    this.client.restart();
    clearTimeout(this.timer);
    this.ended(utterance, interrupted, heardBytes / this.rate, heard);
  }

  private heardBytes({ utterance, paused, heardBefore }: Playing): number {
    return paused ? heardBefore : Math.max(heardBefore, this.client.heardOf(utterance.taken));
  }

  private leaveToNext(playing: Playing) {
    const { utterance, started } = playing;
    const heardBytes = this.heardBytes(playing);
    if (utterance.complete && heardBytes >= utterance.bytes) return this.end(playing, true);
    if (!started) return;
    const heard = wordsHeard(this.deps.transport.format, utterance.sentences, heardBytes);
    this.deps.emit({ ...this.pausedAt(utterance, heardBytes), left: { heard } });
  }

  private pausedAt({ name, sentences }: Utterance, heardBytes: number): EventOf<'playback.paused'> {
    const { format } = this.deps.transport;
    return {
      type: 'playback.paused',
      at: now(),
      utterance: name,
      playedMs: Math.round(heardBytes / this.rate),
      words: wordsStarted(format, sentences, heardBytes),
      asking: isAsking(format, sentences, heardBytes),
    };
  }

  private cut(utterance: Utterance) {
    this.ended(utterance, true, 0, '');
  }

  private ended({ name }: Utterance, interrupted: boolean, played: number, heard: string) {
    this.queue.settle(name);
    const playedMs = Math.round(played);
    this.deps.emit({ type: 'playback.ended', at: now(), utterance: name, interrupted, playedMs, heard });
  }

  /**
   * An earlier connection of this call began an utterance. It says how that ended, or that it leaves it to this one,
   * unless its process is gone: then this one goes on with it, from where it may have been heard to.
   */
  private leave(name: string, startedAt: number) {
    if (!this.queue.leave(name, startedAt)) return;
    this.foundAt ??= now();
    this.settling ??= setTimeout(() => this.settleAll(), SETTLE_MS);
  }

  private settleAll() {
    clearTimeout(this.settling);
    this.settling = undefined;
    this.settle(this.queue.unsettled(), this.foundAt);
    this.foundAt = undefined;
  }

  private settleTold() {
    this.settle(this.queue.unsettled().filter(({ told }) => told));
  }

  private settle(all: readonly Left[], foundAt = now()) {
    for (const { utterance, playedMs, since, told } of all) {
      const byClock = playedMs + (since === undefined ? 0 : Math.max(0, foundAt - since));
      const isNoted = !told && this.noted?.utterance === utterance.name;
      const byNote = isNoted ? this.noted!.playedMs + NOTE_FRAMES * FRAME_MS : Infinity;
      const heardBytes = Math.min(utterance.bytes, Math.floor(Math.min(byClock, byNote)) * this.rate);
      if (this.goOnWith(utterance, heardBytes)) continue;
      const heard = wordsHeard(this.deps.transport.format, utterance.sentences, heardBytes);
      this.ended(utterance, true, heardBytes / this.rate, heard);
    }
    this.advance();
  }

  /** False where there is nothing left of it to say, or no room for it. */
  private goOnWith(utterance: Utterance, heardBytes: number): boolean {
    const isHeard = utterance.complete && heardBytes >= utterance.bytes;
    if (isHeard || this.closed || this.onIdle || this.playing) return false;
    if (!this.queue.adopt(utterance)) return false;
    utterance.skip(heardBytes);
    this.begin({ utterance, started: true, heardBefore: heardBytes });
    Object.assign(this.playing!, { paused: true, contested: true });
    // Else what the caller is saying decides, as if they had begun a moment later.
    if (this.deps.mayStart()) this.resume(true);
    return true;
  }
}
