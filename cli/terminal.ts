import type { Writable } from 'node:stream';
import { stripVTControlCharacters } from 'node:util';

const codes = {
  dim: [2, 22],
  bold: [1, 22],
  red: [31, 39],
  yellow: [33, 39],
  green: [32, 39],
  cyan: [36, 39],
} as const;
export type Style = keyof typeof codes;

/** Where lines are shown to a person: how wide that is, whether it has colours, whether lines can be taken back. */
export class Terminal {
  /** Characters in a line; undefined for a file or a pipe, whose lines are as long as they are. */
  readonly columns: number | undefined;
  private readonly colours: boolean;
  private drawn = false;

  constructor(
    private readonly out: Writable,
    /** Of the output, in bits; 1 where it has none, or NO_COLOR is set. */
    colorDepth: number,
  ) {
    const { isTTY, columns } = out as Writable & { isTTY?: boolean; columns?: number };
    this.columns = isTTY ? Math.max(40, columns ?? 80) : undefined;
    this.colours = colorDepth > 1 && isTTY === true;
  }

  paint(style: Style, text: string): string {
    if (!this.colours || text === '') return text;
    const [on, off] = codes[style];
    return `\x1b[${on}m${text}\x1b[${off}m`;
  }

  print(line: string) {
    this.out.write(`${this.takeBack()}${line}\n`);
  }

  /** Shows a line that the next one takes back; its end where it is too long. Only where that can be done. */
  draw(line: string) {
    if (this.columns === undefined) return;
    const room = this.columns - 1;
    const shown = line.length > room ? `…${line.slice(1 - room)}` : line;
    this.out.write(this.takeBack() + this.paint('dim', shown));
    this.drawn = true;
  }

  /** Takes back what `draw` left. */
  clear() {
    this.out.write(this.takeBack());
  }

  /** Takes back the whole screen, where there is one. */
  clearScreen() {
    if (this.columns !== undefined) this.out.write('\x1b[2J\x1b[H');
  }

  /** Words in lines of the terminal's width, the ones after the first indented; one line where it has none. */
  wrap(words: readonly string[], indent: number): string {
    const width = this.columns === undefined ? Infinity : Math.max(20, this.columns - indent);
    const lines: string[] = [];
    let [line, length] = ['', 0];
    for (const word of words) {
      const wordLength = stripVTControlCharacters(word).length;
      if (length > 0 && length + 1 + wordLength > width) {
        lines.push(line);
        [line, length] = [word, wordLength];
      } else {
        line = length > 0 ? `${line} ${word}` : word;
        length += wordLength + (length > 0 ? 1 : 0);
      }
    }
    return [...lines, line].join(`\n${' '.repeat(indent)}`);
  }

  private takeBack(): string {
    if (!this.drawn) return '';
    this.drawn = false;
    return '\r\x1b[2K';
  }
}
