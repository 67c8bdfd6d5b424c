import type { MediaFormat } from '../../audio/format.ts';
import { CallStream, now } from '../../stream/call-stream.ts';
import type { Subscription } from '../../stream/feed.ts';
import type { StreamHub } from '../../stream/hub.ts';
import { formatKey, streamTtlMs } from '../../stream/keys.ts';

const FORMAT: MediaFormat = { encoding: 'mulaw', sampleRate: 8_000 };
const REPLY_LIMIT_MS = 60_000;

/**
 * A caller who types, where the gateway stands in a call, and hears each reply in no time: a thousand turns take minutes,
 * and cost what they cost the workflow, the workers and the servers.
 */
export class TypingCaller {
  private readonly stream: CallStream;
  private readonly subscriptions: Subscription[] = [];
  private readonly revisions = new Map<number, number>();
  private readonly bytes = new Map<string, number>();
  private onHeard: ((utterance: string) => void) | undefined;

  constructor(
    private readonly hub: StreamHub,
    readonly session: string,
  ) {
    this.stream = new CallStream(hub, session);
  }

  async connect(): Promise<void> {
    const greeted = this.until('greeting');
    const { hub, session, stream } = this;
    await hub.redis.set(formatKey(session), JSON.stringify(FORMAT), 'PX', streamTtlMs);
    this.subscriptions.push(
      await stream.onEvents('0', (event) => {
        if (event.type === 'turn.final') this.revisions.set(event.turn, event.revision);
      }),
      await stream.onAudioOut('0', ({ header, audio }) => {
        const { utterance, turn, revision } = header;
        if (turn !== undefined && this.revisions.get(turn) !== revision) return;
        const bytes = (this.bytes.get(utterance) ?? 0) + audio.length;
        this.bytes.set(utterance, bytes);
        if (header.lastOfUtterance) void this.play(utterance, bytes / 8);
      }),
    );
    await stream.emit({ type: 'caller.connected', at: now(), connection: 'bench', format: FORMAT });
    await greeted;
  }

  /** Types; resolves once the reply has been heard to its end. */
  async ask(turn: number, text: string): Promise<void> {
    const heard = this.until(`reply-${turn}`);
    await this.stream.emit({ type: 'caller.typed', at: now(), text });
    await heard;
  }

  async hangUp(): Promise<void> {
    const gone = { connection: 'bench', reason: 'hangup' } as const;
    await this.stream.emit({ type: 'caller.disconnected', at: now(), ...gone });
    for (const subscription of this.subscriptions) subscription.close();
  }

  private until(utterance: string): Promise<void> {
    return new Promise((resolve, reject) => {
      const late = () => reject(new Error(`${this.session}: ${utterance} was not heard`));
      const timer = setTimeout(late, REPLY_LIMIT_MS);
      this.onHeard = (heard) => {
        if (heard !== utterance) return;
        clearTimeout(timer);
        resolve();
      };
    });
  }

  private async play(utterance: string, playedMs: number) {
    this.bytes.delete(utterance);
    const ended = { utterance, interrupted: false, playedMs, heard: 'The reply.' };
    await this.stream.emit(
      { type: 'playback.started', at: now(), utterance },
      { type: 'playback.ended', at: now(), ...ended },
    );
    this.onHeard?.(utterance);
  }
}
