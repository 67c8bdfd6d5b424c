import { sampleRates } from '../audio/resample.ts';
// Vite compiles a worklet and gives its address.
// oxlint-disable-next-line import/default
import captureUrl from './worklets/capture.ts?worker&url';
// oxlint-disable-next-line import/default
import playbackUrl from './worklets/playback.ts?worker&url';
import type { ToPlayback } from './worklets/playback.ts';

export interface SoundListener {
  /** 20 ms of what the microphone hears, about 50 times a second; silence while it is muted. */
  onFrame(samples: Int16Array<ArrayBuffer>): void;
  /** All that came before this mark has been played. */
  onPlayed(mark: string): void;
}

/** Why there is no microphone, in a sentence for the caller. */
export class MicrophoneError extends Error {
  override name = 'MicrophoneError';
}

/** The microphone and the loudspeaker of one call. */
export class Sound {
  private microphone: MediaStream | undefined;
  private silenced = false;

  private constructor(
    private readonly context: AudioContext,
    private readonly capture: AudioWorkletNode,
    private readonly playback: AudioWorkletNode,
  ) {}

  /** Has to be called while a click is handled: browsers let no page sound of its own accord. */
  static async open(listener: SoundListener): Promise<Sound> {
    const context = openContext();
    await Promise.all([
      context.audioWorklet.addModule(captureUrl),
      context.audioWorklet.addModule(playbackUrl),
      context.resume(),
    ]);
    const one: AudioWorkletNodeOptions = {
      channelCount: 1,
      channelCountMode: 'explicit',
      outputChannelCount: [1],
    };
    const capture = new AudioWorkletNode(context, 'capture', one);
    const playback = new AudioWorkletNode(context, 'playback', { ...one, numberOfInputs: 0 });
    // The capture gives silence; without a way to the loudspeaker it would not be run.
    capture.connect(context.destination);
    playback.connect(context.destination);
    receive<Int16Array<ArrayBuffer>>(capture, (samples) => listener.onFrame(samples));
    receive<string>(playback, (mark) => {
      // What has left the worklet is heard only so much later.
      const latencyMs = 1_000 * (context.baseLatency + (context.outputLatency || 0));
      setTimeout(() => listener.onPlayed(mark), latencyMs);
    });
    return new Sound(context, capture, playback);
  }

  /** Throws MicrophoneError. `onLost`: it was there, and is no more. */
  async useMicrophone(onLost: () => void): Promise<void> {
    const audio = { echoCancellation: true, noiseSuppression: true, autoGainControl: true, channelCount: 1 };
    if (!navigator.mediaDevices) {
      throw new MicrophoneError(
        'Browsers give the microphone to pages with an https address only (or on this machine).',
      );
    }
    const stream = await navigator.mediaDevices.getUserMedia({ audio }).catch((error: DOMException) => {
      throw new MicrophoneError(reasons[error.name] ?? `The microphone can’t be used (${error.message}).`);
    });
    this.microphone = stream;
    this.muted = this.silenced;
    stream.getAudioTracks()[0]!.addEventListener('ended', onLost);
    this.context.createMediaStreamSource(stream).connect(this.capture);
  }

  get hasMicrophone(): boolean {
    return this.microphone !== undefined;
  }

  get muted(): boolean {
    return this.silenced;
  }

  /** A muted microphone gives silence; frames go on. */
  set muted(muted: boolean) {
    this.silenced = muted;
    for (const track of this.microphone?.getAudioTracks() ?? []) track.enabled = !muted;
  }

  play(samples: Int16Array<ArrayBuffer>) {
    this.tell(samples);
  }

  /** Asks to be told when all before this has been played. */
  mark(name: string) {
    this.tell(name);
  }

  /** Forgets what has not been heard, marks included. */
  clear() {
    this.tell(null);
  }

  close() {
    for (const track of this.microphone?.getTracks() ?? []) track.stop();
    void this.context.close();
  }

  private tell(message: ToPlayback) {
    this.playback.port.postMessage(message, []);
  }
}

function receive<T>({ port }: AudioWorkletNode, take: (message: T) => void) {
  port.addEventListener('message', ({ data }: MessageEvent<T>) => take(data));
  port.start();
}

/** At the device's own rate, since Firefox connects a microphone to no other; unless nobody can convert that. */
function openContext(): AudioContext {
  const context = new AudioContext({ latencyHint: 'interactive' });
  if ((sampleRates as readonly number[]).includes(context.sampleRate)) return context;
  void context.close();
  return new AudioContext({ latencyHint: 'interactive', sampleRate: 48_000 });
}

/** By the name of what `getUserMedia` throws. */
const reasons: Record<string, string> = {
  NotAllowedError: 'This page may not use your microphone. Allow it in the browser’s address bar.',
  NotFoundError: 'No microphone was found. Connect one.',
  NotReadableError: 'Your microphone is in use by another program. Close that one.',
};
