import type { CallSpan, TraceCall } from '../call/call-span.ts';
import type { AudioChunk, OutHeader } from '../stream/audio-chunk.ts';
import { type CallEvent, type EventOf, turnOf } from '../stream/events.ts';
import type { LoadMeter } from './load-meter.ts';
import type { GatewayMetrics } from './metrics.ts';
import { OwnShare } from './own-share.ts';

/** Counts, times and traces what happens on one connection of a caller. */
export class SessionWatch {
  private readonly ownShare = new OwnShare();
  private readonly moments: NonNullable<CallSpan['events']> = [];
  private startedAt: number | undefined;

  constructor(
    private readonly session: string,
    private readonly metrics: GatewayMetrics,
    private readonly meter: LoadMeter,
    private readonly trace: TraceCall | undefined,
  ) {}

  onSpeechStopped(endedAt: number, noticedAt: number) {
    this.ownShare.onSpeechStopped(endedAt, noticedAt);
  }

  onChunk(chunk: AudioChunk<OutHeader>) {
    this.ownShare.onChunk(chunk);
  }

  /** An event of the call's stream, whoever wrote it. */
  onEvent(event: CallEvent) {
    this.ownShare.onEvent(event);
  }

  /** An event that this connection writes. */
  onOwnEvent(event: CallEvent) {
    const { metrics, trace } = this;
    if (event.type === 'playback.started' && event.voiceToVoiceMs !== undefined) {
      const ownMs = this.ownShare.of(event.utterance, event.at);
      metrics.voiceToVoice.observe(event.voiceToVoiceMs / 1_000);
      if (ownMs !== undefined) {
        metrics.ownShare.observe(ownMs / 1_000);
        this.meter.onReply(ownMs);
      }
      if (trace) this.traceWait(trace, event.utterance, event.at, event.voiceToVoiceMs, ownMs);
    } else if (event.type === 'playback.paused') metrics.pauses.inc();
    else if (event.type === 'playback.ended' && event.interrupted) metrics.interruptions.inc();
    if (trace) this.tracePlayback(trace, event);
  }

  /** What the caller waits: from the end of their speech to the first sound of the reply. */
  private traceWait(
    trace: TraceCall,
    utterance: string,
    at: number,
    waitedMs: number,
    ownMs: number | undefined,
  ) {
    const { session } = this;
    const attributes = { own_share_ms: ownMs };
    trace({
      session,
      name: 'wait',
      turn: turnOf(utterance),
      startedAt: at - waitedMs,
      endedAt: at,
      attributes,
    });
  }

  private tracePlayback(trace: TraceCall, event: CallEvent) {
    switch (event.type) {
      case 'playback.started':
        this.startedAt = event.at;
        this.moments.length = 0;
        return;
      case 'playback.paused':
      case 'playback.resumed':
        // Of an utterance that another connection began, this one plays the rest.
        this.startedAt ??= event.at;
        this.moments.push({ name: event.type.slice('playback.'.length), at: event.at });
        if (event.type === 'playback.paused' && event.left) this.tracePlayed(trace, event, false);
        return;
      case 'playback.ended':
        this.tracePlayed(trace, event, event.interrupted);
    }
  }

  private tracePlayed(
    trace: TraceCall,
    { utterance, at: endedAt, playedMs }: EventOf<'playback.paused'> | EventOf<'playback.ended'>,
    interrupted: boolean,
  ) {
    const { session, startedAt } = this;
    this.startedAt = undefined;
    if (startedAt === undefined) return;
    const attributes = { utterance, interrupted, played_ms: playedMs };
    const events = this.moments.splice(0);
    trace({ session, name: 'playback', turn: turnOf(utterance), startedAt, endedAt, attributes, events });
  }
}
