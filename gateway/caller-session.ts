import { randomUUID } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import type { TraceCall } from '../call/call-span.ts';
import { maskCustomer, maskPhone } from '../call/mask.ts';
import type { CallRequest } from '../call/request.ts';
import { callLogger, type Logger } from '../config/log.ts';
import type { VadEngine } from '../engines/vad/engine.ts';
import type { AudioChunk, OutHeader } from '../stream/audio-chunk.ts';
import { CallStream, now } from '../stream/call-stream.ts';
import type { CallEvent, Placed } from '../stream/events.ts';
import type { Subscription } from '../stream/feed.ts';
import type { StreamHub } from '../stream/hub.ts';
import { playedKey } from '../stream/keys.ts';
import { bytesPerMs } from '../audio/format.ts';
import { AudioPace } from './audio-pace.ts';
import { BargeIn } from './barge-in.ts';
import { BoundedWrites } from './bounded-writes.ts';
import { type CallControl, CallRefused } from './call-control.ts';
import { CallerAudio } from './caller-audio.ts';
import type { GatewayLimits } from './limits.ts';
import { LineMeter } from './line-quality.ts';
import type { LoadMeter } from './load-meter.ts';
import type { GatewayMetrics } from './metrics.ts';
import { OwnEcho } from './own-echo.ts';
import { type Noted, notedSchema, Playback } from './playback.ts';
import { Presence } from './presence.ts';
import { QuietLog } from './quiet-log.ts';
import { SessionWatch } from './session-watch.ts';
import { closeCode, type Transport, type TransportListener } from './transport.ts';
import { VoiceDetector } from './voice-detector.ts';

export interface SessionDeps {
  hub: StreamHub;
  vad: VadEngine;
  control: CallControl;
  log: Logger;
  metrics: GatewayMetrics;
  trace?: TraceCall;
  /** Told what Orkestra added to each reply. */
  meter: LoadMeter;
  limits: GatewayLimits;
  /** Silence that ends a stretch of speech, ms. */
  speechStopMs: number;
}

/** Who reconnects later is not told the rest of what was being said, ms. */
const NOTED_MS = 60_000;

/** One connection of a caller to a call: what they say goes into the call's stream, what it says to them comes out. */
export class CallerSession implements TransportListener {
  private readonly connection = randomUUID();
  private readonly stream: CallStream;
  private readonly voice: VoiceDetector;
  private readonly audio: CallerAudio;
  private readonly playback: Playback;
  private readonly echo: OwnEcho;
  private readonly bargeIn: BargeIn;
  private readonly watch: SessionWatch;
  private readonly quiet: QuietLog;
  private readonly log: Logger;
  private readonly subscriptions: Subscription[] = [];
  private readonly writes: BoundedWrites;
  private readonly presence: Presence;
  private readonly pace = new AudioPace();
  private speechEndedAt: number | undefined;
  private announced = false;
  /** A stage of the call is there, or the call is over. */
  private onTakenUp: () => void = () => undefined;
  private joined = false;
  /** The gateway of the connection before this one. */
  private predecessor: string | undefined;
  private over = false;
  private readonly line: LineMeter | undefined;

  constructor(
    private readonly request: CallRequest,
    private readonly transport: Transport,
    private readonly deps: SessionDeps,
  ) {
    const { session, origin } = request;
    // Of Twilio's own leg nothing is known: what comes from Twilio says nothing of the caller's line.
    this.line = origin === 'twilio' ? undefined : new LineMeter();
    this.log = callLogger(deps.log, session);
    this.quiet = new QuietLog(this.log);
    this.writes = new BoundedWrites(deps.limits.unwritten, deps.metrics, this.quiet);
    this.watch = new SessionWatch(session, deps.metrics, deps.meter, deps.trace);
    this.stream = new CallStream(deps.hub, session, (error) =>
      this.quiet.warn({ reason: error.message }, 'skipped an entry of the stream that can not be read'),
    );
    this.audio = new CallerAudio(transport.format, (header, audio) =>
      this.writes.write('audio', () => this.stream.sendIn(header, audio)),
    );
    this.echo = new OwnEcho(transport.format);
    this.voice = new VoiceDetector(deps.vad, transport.format, deps.speechStopMs, {
      onStarted: (at, audioMs) => this.onSpeechStarted(at, audioMs),
      onStopped: (at, audioMs) => this.onSpeechStopped(at, audioMs),
      isEcho: (samples, sampleRate, until) => this.echo.isEcho(samples, sampleRate, until),
      onError: (error) => this.quiet.warn({ reason: error.message }, 'voice detection failed'),
    });
    this.playback = new Playback({
      transport,
      bounds: deps.limits,
      emit: (event) => this.emit(event),
      mayStart: () => this.bargeIn.mayStart(),
      speechAnswered: () => this.takeSpeechEnd(),
      note: (noted) => this.note(noted),
      onSent: (audio, at) => this.echo.onPlayed(audio, at),
      onDropped: () => this.writes.dropped('playback'),
    });
    this.bargeIn = new BargeIn(request.settings.bargeIn, this.playback);
    this.presence = new Presence({
      session,
      connection: this.connection,
      format: transport.format,
      hub: deps.hub,
      writes: this.writes,
      emit: (event) => this.emit(event),
    });
  }

  /** Sends a caller away who was never announced; before `start` nothing of them is in the call's stream. */
  turnAway(code: number, reason: string) {
    if (this.over) return;
    this.stop(false);
    this.log.info({ reason }, 'caller turned away');
    this.transport.refuse(code, reason);
  }

  /** Announces the caller, and starts or joins the call at the same time. */
  start() {
    if (this.over) return;
    this.announced = true;
    this.onTakenUp = this.deps.meter.onStart();
    const { control } = this.deps;
    const { phone, customer, origin, domain } = this.request;
    const { format } = this.transport;
    this.log.info(
      {
        origin,
        domain,
        ...format,
        number: phone && maskPhone(phone),
        client: customer && maskCustomer(customer),
      },
      'caller connected',
    );
    this.presence.announce();
    const noted = this.deps.hub.redis.get(playedKey(this.request.session));
    Promise.all([control.ensure(this.request), noted])
      .then(([, left]) => {
        if (left) this.playback.leftBy(notedSchema.parse(JSON.parse(left)));
        return this.follow();
      })
      .catch((error: Error) => this.refuse(error));
  }

  onAudio(audio: Buffer) {
    if (this.over || !this.announced) return;
    const time = now();
    const ms = audio.length / bytesPerMs(this.transport.format);
    if (this.pace.add(ms, time) > this.deps.limits.aheadMs) {
      this.leave('dropped');
      this.transport.end(closeCode.refused, 'send audio in real time');
      return;
    }
    this.line?.add(ms, time);
    this.audio.write(audio);
    this.voice.write(audio);
  }

  onMark(name: string) {
    if (!this.over) this.playback.onMark(name);
  }

  onDigit(digit: string) {
    if (this.over || !this.announced) return;
    this.emit({ type: 'caller.digit', at: now(), digit });
    this.bargeIn.onTyped();
  }

  onText(text: string) {
    if (this.over || !this.announced) return;
    this.speechEndedAt = undefined;
    this.emit({ type: 'caller.typed', at: now(), text });
    this.bargeIn.onTyped();
  }

  onHangUp() {
    this.leave('hangup');
  }

  onDropped() {
    this.leave('dropped');
  }

  /** Ends the connection, not the call: the caller may come back elsewhere. Resolves when that is in the stream, or can't be. */
  async close(code: number, reason: string): Promise<void> {
    this.leave('dropped');
    this.transport.end(code, reason);
    // Redis may be away.
    await Promise.race([
      this.writes.written,
      setTimeout(this.deps.limits.closeMs, undefined, { ref: false }),
    ]);
  }

  private async follow() {
    if (this.over) return;
    this.transport.confirm();
    // Events first: what was played already is known before the audio comes.
    this.keep(await this.stream.onEvents('0', (event) => this.onEvent(event)));
    const died = this.predecessorDied();
    this.keep(await this.stream.onAudioOut('0', (chunk) => this.onChunk(chunk)));
    this.playback.onCaughtUp(await died);
  }

  private async predecessorDied(): Promise<boolean> {
    const { predecessor } = this;
    if (predecessor === undefined) return false;
    return !(await this.deps.hub.lifelines.of([predecessor])).has(predecessor);
  }

  private note(noted: Noted) {
    if (this.over) return;
    const key = playedKey(this.request.session);
    this.writes.write('audio', () => this.deps.hub.redis.set(key, JSON.stringify(noted), 'PX', NOTED_MS));
  }

  private keep(subscription: Subscription) {
    if (this.over) subscription.close();
    else this.subscriptions.push(subscription);
  }

  private onChunk(chunk: AudioChunk<OutHeader>) {
    if (this.over) return;
    this.onTakenUp();
    this.watch.onChunk(chunk);
    this.playback.onChunk(chunk);
  }

  private onEvent(event: Placed<CallEvent>) {
    if (this.over) return;
    this.watch.onEvent(event);
    if (event.type === 'turn.partial' || event.type === 'turn.eager' || event.type === 'turn.final') {
      this.bargeIn.onWords(event.turn);
    } else if (event.type === 'turn.ignored') this.bargeIn.onIgnored();
    else if (event.type === 'call.configured') {
      this.onTakenUp();
      this.bargeIn.allow(event.bargeIn);
    }
    this.playback.onEvent(event);
    this.transport.sendEvent?.(event);
    if (event.type === 'caller.connected') {
      if (event.connection === this.connection) this.joined = true;
      else if (this.joined) this.replaced();
      else this.predecessor = event.gateway;
    } else if (event.type === 'call.ended') {
      this.playback.finish(() => {
        this.stop(false);
        this.transport.end(closeCode.over, event.reason);
      });
    }
  }

  private onSpeechStarted(at: number, audioMs: number) {
    this.presence.remind();
    this.emit({ type: 'speech.started', at, audioMs });
    this.bargeIn.onSpeechStarted();
    this.audio.start(audioMs);
  }

  private onSpeechStopped(at: number, audioMs: number) {
    this.audio.stop();
    const noticedAt = now();
    this.emit({ type: 'speech.stopped', at, audioMs, noticedAt });
    this.watch.onSpeechStopped(at, noticedAt);
    this.speechEndedAt = at;
    this.bargeIn.onSpeechStopped();
  }

  private takeSpeechEnd(): number | undefined {
    const at = this.speechEndedAt;
    this.speechEndedAt = undefined;
    return at;
  }

  /** A newer connection plays on; to say that this one is gone would say that the caller is. */
  private replaced() {
    this.stop(true);
    this.log.info('another connection took over');
    this.transport.end(closeCode.replaced, 'another connection took over this call');
  }

  private refuse(error: Error) {
    if (this.over) return;
    this.leave('dropped');
    this.deps.metrics.refused.inc({ reason: 'call' });
    this.log.warn({ reason: error.message }, 'no call for a caller');
    if (error instanceof CallRefused) this.transport.refuse(closeCode.refused, error.message);
    else this.transport.refuse(closeCode.tryLater, 'the call could not be started; try again later');
  }

  private leave(reason: 'hangup' | 'dropped') {
    if (this.over) return;
    this.stop(reason === 'dropped');
    if (!this.announced) return;
    this.log.info({ reason }, 'caller disconnected');
    this.append({ type: 'caller.disconnected', at: now(), connection: this.connection, reason });
  }

  /** Ends what is under way on both sides, and lets go of everything. `comesBack`: the caller may, and hears the rest. */
  private stop(comesBack: boolean) {
    this.playback.close(comesBack);
    this.voice.close();
    this.bargeIn.close();
    this.presence.close();
    this.over = true;
    this.onTakenUp();
    for (const subscription of this.subscriptions.splice(0)) subscription.close();
  }

  private emit(event: CallEvent) {
    if (this.over) return;
    this.watch.onOwnEvent(event);
    this.append(event.type === 'playback.ended' ? { ...event, line: this.line?.quality } : event);
  }

  private append(event: CallEvent) {
    this.writes.write('event', () => this.stream.emit(event));
  }
}
