import { encodeMulaw } from '../../../audio/mulaw.ts';
import { now } from '../../../stream/call-stream.ts';
import { answerTo, type Line, mostAttempts } from '../script.ts';
import { hashOf, partMs } from '../sound/bot-code.ts';
import { soundOf } from '../sound/caller-code.ts';
import type { CallLog, Utterance } from './call-log.ts';
import { Ear } from './ear.ts';
import { type FromGateway, LineSocket } from './line-socket.ts';

const FRAME_MS = 20;
const FRAME_BYTES = 160;
const SILENCE = Buffer.alloc(FRAME_BYTES, 0xff).toString('base64');
/** After the greeting and each answer the caller waits for so long a silence, ms, before they speak. */
const QUIET_MS = 250;
/** Nobody speaks before they have been greeted, for so long, ms. */
const GREETING_MS = 30_000;
/** Nobody hangs up in the bot's last word. */
const BEFORE_GOODBYE_MS = 500;
/** An answer that does not begin for so long does not come, ms; nor does the rest of one that was cut. */
const PATIENCE_MS = 15_000;
/** After a broken connection, the rest of an answer of which some was heard is waited for so long, ms. */
const REST_MS = 2_500;
/** The network connects a broken stream again after so long, ms, at each try. */
const RECONNECT_MS = 100;
const RECONNECT_TRIES = 150;
/** WebSocket close codes after which there is no call to come back to: over, refused. */
const FINAL_CODES = new Set([1000, 1008]);

export interface CallerOptions {
  session: string;
  call: number;
  lines: number;
  /** Twilio sockets of the gateways that are there now. */
  gateways(): readonly string[];
  /** The place of the one that is tried first; the next one after each break. */
  gateway: number;
  parameters: Record<string, string>;
  /** Silence before a line, ms. */
  pauseMs(): number;
  /** Whether the network doubles the next frame. */
  doubles(): boolean;
}

/** Where a call stands, for faults that wait for a moment of it. */
export type Moment = 'speaking' | 'waiting' | 'listening' | 'idle';

/**
 * A caller who says the lines of the script one after the other, each once the answer to the one before has been
 * heard, and reconnects when the connection breaks, as Twilio does.
 */
export class ChaosCaller {
  moment: Moment = 'idle';
  readonly log: CallLog;
  private readonly ear = new Ear();
  private socket: LineSocket | undefined;
  private gateway: number;
  private due = 0;
  private streams = 0;
  /** The bot's side ended the call, or refused it. */
  private refused: string | undefined;

  constructor(private readonly options: CallerOptions) {
    const { session, call } = options;
    this.gateway = options.gateway;
    this.log = { session, call, startedAt: now(), endedAt: 0, said: [], heard: [], breaks: [] };
  }

  async run(): Promise<CallLog> {
    try {
      await this.reconnect();
      await this.greeted();
      for (let line = 1; line <= this.options.lines; line++) await this.sayUntilAnswered(line);
      await this.quiet();
      await this.silence(BEFORE_GOODBYE_MS);
      this.socket?.hangUp();
    } catch (error) {
      this.log.lost = (error as Error).message;
      this.socket?.leave();
    }
    this.moment = 'idle';
    this.log.endedAt = now();
    this.log.heard = this.ear.runs();
    return this.log;
  }

  private async greeted() {
    const since = now();
    while (this.ear.lastArrival < since && now() < since + GREETING_MS) await this.frame(SILENCE);
    await this.quiet();
  }

  private async silence(ms: number) {
    const until = now() + ms;
    while (now() < until) await this.frame(SILENCE);
  }

  private async quiet() {
    while (now() < Math.max(this.ear.playEnd, this.ear.lastArrival) + QUIET_MS) await this.frame(SILENCE);
  }

  private async sayUntilAnswered(line: number) {
    for (let attempt = 1; attempt <= mostAttempts; attempt++) {
      const said = await this.say({ call: this.options.call, line, attempt });
      if (said.to === undefined) continue;
      await this.hearAnswer(said);
      if (said.answeredAt !== undefined || !said.broken || this.hasBegun(said)) return;
    }
  }

  private async say(line: Line): Promise<Utterance> {
    await this.silence(this.options.pauseMs());
    await this.quiet();
    const said: Utterance = { ...line, from: now(), broken: false, waits: [] };
    this.log.said.push(said);
    const breaks = this.log.breaks.length;
    this.moment = 'speaking';
    const sound = Buffer.from(encodeMulaw(soundOf(line, 8_000)));
    for (let at = 0; at < sound.length; at += FRAME_BYTES) {
      await this.frame(sound.subarray(at, at + FRAME_BYTES).toString('base64'));
      if (this.log.breaks.length === breaks) continue;
      said.broken = true;
      return said;
    }
    said.to = now();
    return said;
  }

  /** Listens until the whole answer has been played, or it is clear that it does not come. */
  private async hearAnswer(said: Utterance) {
    const breaks = this.log.breaks.length;
    const lastHash = hashOf(answerTo(said).at(-1)!);
    const from = said.to!;
    for (;;) {
      await this.frame(SILENCE);
      const parts = this.ear.partsSince(from);
      const at = now();
      const playing = parts.some((part) => part.at <= at);
      this.moment = playing ? 'listening' : 'waiting';
      const last = parts.find(({ hash, index, total }) => hash === lastHash && index === total - 1);
      if (last && last.at + partMs <= at) {
        said.answeredAt = last.at + partMs;
        break;
      }
      said.broken ||= this.log.breaks.length > breaks;
      const silentSince = Math.max(from, this.ear.playEnd, this.log.breaks.at(-1)?.backAt ?? 0);
      const patience = said.broken && this.hasBegun(said) ? REST_MS : PATIENCE_MS;
      if (at > silentSince + patience) break;
    }
    this.moment = 'idle';
    this.noteWaits(said);
  }

  /** Whether any of the answer has been heard. */
  private hasBegun(said: Utterance): boolean {
    const hashes = answerTo(said).map(hashOf);
    return this.ear.partsSince(said.to!).some(({ hash }) => hashes.includes(hash));
  }

  private noteWaits(said: Utterance) {
    let heardTo = said.to!;
    for (const { at } of this.ear.partsSince(said.to!)) {
      if (at > heardTo + FRAME_MS) said.waits.push({ from: heardTo, to: at });
      heardTo = at + partMs;
    }
    if (said.answeredAt === undefined) said.waits.push({ from: heardTo, to: now() });
  }

  /** Sends the next 20 ms when they are due. */
  private async frame(payload: string) {
    this.due ||= now();
    const wait = this.due - now();
    if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
    if (this.refused) throw new Error(this.refused);
    if (!this.socket) await this.reconnect();
    this.socket?.sendAudio(payload, this.options.doubles());
    // A caller's clock does not make up for a stutter of more than a second.
    this.due = Math.max(this.due + FRAME_MS, now() - 1_000);
  }

  private async connect() {
    const { session, gateways, parameters } = this.options;
    const streamSid = `MZ${session}${(this.streams += 1)}`;
    const there = gateways();
    this.socket = await LineSocket.open(there[this.gateway % there.length]!, session, streamSid, parameters, {
      onMessage: (message) => this.onMessage(message),
      onGone: (code) => this.onGone(code),
    });
  }

  private async reconnect() {
    for (let tries = 1; !this.socket; tries++) {
      try {
        await this.connect();
      } catch {
        this.gateway += 1;
        if (tries === RECONNECT_TRIES) throw new Error('no gateway takes the call');
        await new Promise((resolve) => setTimeout(resolve, RECONNECT_MS));
      }
    }
    const last = this.log.breaks.at(-1);
    if (last) last.backAt ??= now();
    this.due = now();
  }

  private onGone(code: number) {
    if (FINAL_CODES.has(code)) this.refused = `the call was closed from the bot’s side, code ${code}`;
    this.socket = undefined;
    this.ear.clear(now());
    this.log.breaks.push({ at: now() });
    this.gateway += 1;
  }

  private onMessage({ event, media, mark }: FromGateway) {
    const at = now();
    if (event === 'media') this.ear.hear(Buffer.from(media!.payload, 'base64'), at);
    else if (event === 'clear') this.ear.clear(at);
    else if (event === 'mark') {
      const { socket } = this;
      setTimeout(() => socket?.sendMark(mark!), this.ear.playEnd - at);
    }
  }
}
