import { randomUUID } from 'node:crypto';
import { createInterface, type Interface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { setTimeout } from 'node:timers/promises';
import type { CallRequest } from '../../call/request.ts';
import { Command, Option } from '../clipanion.ts';
import { parseRequest } from '../call-request.ts';
import { Caller } from '../caller.ts';
import { tokenOf } from '../caller-token.ts';
import { OrkestraCommand } from '../command.ts';
import { CliError } from '../error.ts';
import { INTERRUPTED, interruptible } from '../interrupt.ts';
import { GREETING_MS, hearFarewell, REPLY_MS } from '../play-call.ts';
import { findPlaces } from '../places.ts';
import { TurnTaking } from '../turn-taking.ts';
import { TypedConversation } from '../typed-conversation.ts';

/** What the gateway takes at once, in characters. */
const LONGEST_LINE = 2_000;
/** Who types is given time to think: the longest there is, ms. */
const IDLE_PROMPT_MS = 120_000;
const END = '/end';
const ERASE_LINE = '\r\u001B[K';

export class Talk extends OrkestraCommand {
  static override paths = [['talk']];

  static override usage = Command.Usage({
    description: 'talk to the bot by typing',
    details: `
      A call like any other, with you as its caller: what you type is what you say, and what the bot says is printed
      sentence by sentence, with the time since your line. A line that comes while the bot speaks interrupts it.
      ${END}, Ctrl-C or Ctrl-D hang up.

      Where the input is no terminal, each line waits for the reply to the one before. Exit code 0: every line was
      answered; 1: one was not, or there was no call; 2: wrong usage.
    `,
    examples: [
      ['A conversation', '$0 talk'],
      ['One question, as JSON lines', 'echo "What are your opening hours?" | $0 talk --json'],
    ],
  });

  domain = Option.String('--domain', 'banking', {
    description: 'what the call is about; banking by default',
  });
  session = Option.String('--session', { description: 'the call’s session id; a new one by default' });
  json = Option.Boolean('--json', false, { description: 'print one JSON object a line' });

  private readonly turns = new TurnTaking();
  /** The bot had no answer to a line. */
  private apologised = false;
  /** The caller said so, and waits for no farewell. */
  private leaving = false;
  private input: Interface | undefined;
  private readonly conversation = new TypedConversation({
    sentence: (text, turn, ms) => this.say({ type: 'bot', turn, text, ms }, spoken(text, ms)),
    interrupted: (heard) =>
      this.say({ type: 'interrupted', heard }, `     (interrupted${heard && ` after “${heard}”`})`),
  });

  async run(): Promise<number> {
    const session = this.session ?? `talk-${randomUUID().slice(0, 12)}`;
    const request = parseRequest({ session, domain: this.domain, set: [] });
    return interruptible((signal) => this.call(request, signal));
  }

  private async call({ session, domain }: CallRequest, signal: AbortSignal): Promise<number> {
    const places = findPlaces();
    const caller = await Caller.connect(places.gatewayUrl, (event) => {
      this.turns.add(event);
      this.apologised ||= event.type === 'reply.done' && event.source === 'apology';
      this.conversation.add(event);
    });
    void caller.ended.then(() => this.turns.end());
    const hangUp = () => void caller.hangUp();
    signal.addEventListener('abort', hangUp);
    try {
      const token = tokenOf(places, { session, domain });
      await caller.start({ session, domain, settings: { idlePromptMs: IDLE_PROMPT_MS }, token });
      const answered = await this.converse(caller);
      // The bot's last words are still being heard.
      const patience = setTimeout(REPLY_MS, undefined, { ref: false });
      if (this.turns.over) await Promise.race([caller.ended, patience]);
      await caller.hangUp();
      const reason = await caller.ended;
      this.say({ type: 'end', session, reason }, `The call ${session} is over (${reason}).`);
      return signal.aborted ? INTERRUPTED : answered ? 0 : 1;
    } finally {
      signal.removeEventListener('abort', hangUp);
      await caller.hangUp();
    }
  }

  /** Returns whether every line was answered, as far as that was waited for. */
  private async converse(caller: Caller): Promise<boolean> {
    const { turns } = this;
    const interactive = isTerminal(this.context.stdin) && isTerminal(this.context.stdout);
    if (!interactive && !(await turns.until(() => turns.greeted, GREETING_MS))) {
      throw new CliError('The bot did not greet the caller. Ask `orkestra orchestrator-health`.');
    }
    let answered = true;
    for await (const line of this.lines(caller, interactive)) {
      if (turns.over) return interactive;
      const before = turns.turn;
      this.conversation.typed();
      caller.type(line);
      if (interactive) continue;
      await turns.until(() => turns.isDoneSince(before), REPLY_MS);
      answered &&= turns.turn > before && turns.hasAnswered(turns.turn) && !this.apologised;
    }
    if (!interactive && !this.leaving) await hearFarewell(turns);
    return answered;
  }

  /** What is typed, without what can't be sent, until its end. */
  private async *lines(caller: Caller, interactive: boolean): AsyncGenerator<string> {
    const output = interactive ? this.context.stdout : undefined;
    const input = createInterface({
      input: this.context.stdin,
      output,
      terminal: interactive,
      prompt: 'you  ',
    });
    this.input = interactive ? input : undefined;
    input.on('SIGINT', () => input.close());
    void caller.ended.then(() => input.close());
    this.input?.prompt();
    try {
      for await (const typed of input) {
        const line = typed.trim();
        if (line === END) {
          this.leaving = true;
          break;
        }
        if (line.length > LONGEST_LINE) this.note(`Not sent: a line has at most ${LONGEST_LINE} characters.`);
        else if (line) yield line;
        this.input?.prompt();
      }
    } finally {
      if (interactive) this.context.stdout.write(ERASE_LINE);
      this.input = undefined;
      input.close();
    }
  }

  /** Prints above what is being typed. */
  private say(object: object, line: string) {
    if (this.input) this.context.stdout.write(ERASE_LINE);
    this.print(this.json ? JSON.stringify(object) : line);
    this.input?.prompt(true);
  }
}

const spoken = (text: string, ms: number | undefined) =>
  `bot  ${text}${ms === undefined ? '' : `  (${ms} ms)`}`;

const isTerminal = (stream: Readable | Writable) => 'isTTY' in stream && stream.isTTY === true;
