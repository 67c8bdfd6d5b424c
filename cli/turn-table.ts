import type { FollowedAside } from './live-transcript.ts';
import { extrasOf, type FollowedTurn, type GrowingTurn, originOf, type TranscriptView } from './render.ts';
import type { Style, Terminal } from './terminal.ts';

/** What a caller hardly notices, and what they do, ms from their last word to the reply's first sound. */
const QUICK_MS = 800;
const SLOW_MS = 1_500;

/** Where the words begin. */
const INDENT = 34;

/** A call as a table: one row a turn, and one for whatever else the bot said. Times are in ms. */
export class TurnTable implements TranscriptView {
  constructor(private readonly terminal: Terminal) {}

  heading() {
    const heading = cells('turn', 'spoken', 'text', 'from', 'caller → what they heard');
    this.terminal.print(this.terminal.paint('bold', heading));
  }

  turn(turn: FollowedTurn) {
    const { voiceToVoiceMs, transcriptMs, caller, heard, interrupted } = turn;
    const spoken = voiceToVoiceMs === undefined ? '' : String(Math.round(voiceToVoiceMs));
    const text = transcriptMs === undefined ? '' : String(Math.round(transcriptMs));
    const origin = originOf(turn) ?? '';
    const words = [
      ...this.painted('cyan', `“${caller}”`),
      '→',
      ...this.heard(heard, interrupted),
      ...extrasOf(turn).flatMap((extra) => this.painted('dim', `[${extra}]`)),
    ];
    const row = cells(String(turn.turn), spoken, text, origin, this.terminal.wrap(words, INDENT));
    this.terminal.print(this.coloured(row, spoken, origin, turn));
  }

  /** Something that the bot said outside its replies. */
  aside({ utterance, heard, interrupted }: FollowedAside) {
    const kind = utterance.replace(/-.*/, '');
    const words = this.terminal.wrap(this.heard(heard, interrupted), INDENT);
    this.terminal.print(cells('', '', '', kind, words));
  }

  growing({ turn, caller, answer }: GrowingTurn) {
    const words = answer ? `“${caller}” → “${answer}` : `“${caller}`;
    this.terminal.draw(cells(String(turn), '', '', '', words));
  }

  private heard(heard: string, interrupted: boolean): string[] {
    if (!interrupted) return heard ? `“${heard}”`.split(' ') : this.painted('dim', '(said nothing)');
    const cut = heard ? '(interrupted)' : '(interrupted before a word was heard)';
    return [...(heard ? [...`“${heard}”`.split(' '), '—'] : []), ...this.painted('yellow', cut)];
  }

  private painted = (style: Style, text: string) =>
    text.split(' ').map((word) => this.terminal.paint(style, word));

  /** The row with the colours of its first cells. */
  private coloured(row: string, spoken: string, origin: string, { voiceToVoiceMs, source }: FollowedTurn) {
    const { terminal } = this;
    const speed = voiceToVoiceMs === undefined ? 'dim' : voiceToVoiceMs <= QUICK_MS ? 'green' : 'yellow';
    const times = (voiceToVoiceMs ?? 0) > SLOW_MS ? 'red' : speed;
    const from = source === 'apology' ? 'red' : source === 'cache' ? 'green' : 'dim';
    const head = row.slice(0, INDENT);
    return [
      terminal.paint('bold', head.slice(0, 4)),
      terminal.paint(times, head.slice(4, 12)),
      terminal.paint('dim', head.slice(12, 20)),
      terminal.paint(from, head.slice(20)),
      row.slice(INDENT),
    ].join('');
  }
}

function cells(turn: string, spoken: string, text: string, from: string, words: string): string {
  return `${turn.padStart(4)}  ${spoken.padStart(6)}  ${text.padStart(6)}  ${from.padEnd(10)}  ${words}`;
}
