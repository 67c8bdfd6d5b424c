import type { CallEvent } from '../stream/events.ts';
import { Conversation, type Entry } from './conversation.ts';
import { Line, type LineState } from './line.ts';
import { obtainPermit, type Permit } from './permit.ts';
import { Sound } from './sound.ts';

/** What is going on, as far as the caller is concerned. */
export type Activity = 'waiting' | 'listening' | 'hearing' | 'speaking';

export interface CallListener {
  onState(state: LineState): void;
  onActivity(activity: Activity): void;
  /** How loud the microphone is, 0–1, about 50 times a second. */
  onLevel(level: number): void;
  onEntry(entry: Entry): void;
  onForgotten(key: string): void;
  onMicrophoneLost(): void;
}

/** One call from this page: its line, its sound and its conversation. */
export class Call {
  readonly conversation: Conversation;
  private readonly line: Line;
  private sounding = false;
  private speaking = false;
  private connected = false;

  private constructor(
    domain: string,
    permit: Permit,
    private readonly sound: Sound,
    private readonly listener: CallListener,
  ) {
    this.conversation = new Conversation(
      (entry) => listener.onEntry(entry),
      (key) => listener.onForgotten(key),
    );
    this.line = new Line(
      gatewayUrl(permit.session),
      { ...permit, domain },
      {
        onState: (state) => this.onState(state),
        onAudio: (samples) => sound.play(samples),
        onMark: (name) => sound.mark(name),
        onClear: () => sound.clear(),
        onEvent: (event) => this.onEvent(event),
      },
    );
  }

  /** Throws PermitError where the gateway takes no call from here, MicrophoneError where `speaks` and there is no microphone to be had. */
  static async start(domain: string, speaks: boolean, listener: CallListener): Promise<Call> {
    const permit = await obtainPermit();
    let call: Call | undefined;
    const sound = await Sound.open({
      onFrame: (samples) => call?.onFrame(samples),
      onPlayed: (mark) => call?.line.played(mark),
    });
    try {
      if (speaks) await sound.useMicrophone(() => listener.onMicrophoneLost());
    } catch (error) {
      sound.close();
      throw error;
    }
    call = new Call(domain, permit, sound, listener);
    return call;
  }

  get hasMicrophone(): boolean {
    return this.sound.hasMicrophone;
  }

  get muted(): boolean {
    return this.sound.muted;
  }

  set muted(muted: boolean) {
    this.sound.muted = muted;
  }

  type(text: string) {
    this.line.type(text);
  }

  hangUp() {
    this.line.hangUp();
  }

  private onFrame(samples: Int16Array<ArrayBuffer>) {
    this.line.send(samples);
    this.listener.onLevel(loudness(samples));
  }

  private onState(state: LineState) {
    this.connected = state.kind === 'connected';
    // What is under way ends with its connection.
    this.sounding = this.speaking = false;
    if (!this.connected) this.sound.clear();
    if (state.kind === 'over' || state.kind === 'failed') this.sound.close();
    this.listener.onState(state);
    this.tellActivity();
  }

  private onEvent(event: CallEvent) {
    this.conversation.add(event);
    if (event.type === 'speech.started') this.speaking = true;
    else if (event.type === 'speech.stopped') this.speaking = false;
    else if (event.type === 'playback.started' || event.type === 'playback.resumed') this.sounding = true;
    else if (event.type === 'playback.paused' || event.type === 'playback.ended') this.sounding = false;
    else return;
    this.tellActivity();
  }

  private tellActivity() {
    const { connected, speaking, sounding } = this;
    const busy = speaking ? 'hearing' : sounding ? 'speaking' : 'listening';
    this.listener.onActivity(connected ? busy : 'waiting');
  }
}

/** The gateway that serves this page; a load balancer brings a session back to the same one by its name here. */
function gatewayUrl(session: string): string {
  const url = new URL(`/pcm?session=${session}`, location.href);
  url.protocol = location.protocol === 'https:' ? 'wss:' : 'ws:';
  return url.href;
}

/** Root mean square from -60 dBFS (0) to -10 dBFS (1). */
function loudness(samples: Int16Array): number {
  let energy = 0;
  for (const sample of samples) energy += sample * sample;
  const decibels = 10 * Math.log10(energy / samples.length / 32_768 ** 2 + 1e-9);
  return Math.max(0, Math.min(1, (decibels + 60) / 50));
}
