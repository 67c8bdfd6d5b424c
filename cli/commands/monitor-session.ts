import { setTimeout } from 'node:timers/promises';
import { Command, Option } from '../clipanion.ts';
import type { Aside } from '../../call/transcript.ts';
import type { CallEvent, Placed } from '../../stream/events.ts';
import { type CallStatus, describeCall, parseSession, queryCall, unknownSession } from '../call-workflow.ts';
import { OrkestraCommand } from '../command.ts';
import { connectTemporal, type TemporalAccess } from '../connect-temporal.ts';
import { CliError, usageError } from '../error.ts';
import { eventFilter, eventLine } from '../event-format.ts';
import { followCall } from '../follow-call.ts';
import { interruptible } from '../interrupt.ts';
import { listLiveCalls, printLiveCalls } from '../live-calls.ts';
import { LiveTranscript } from '../live-transcript.ts';
import { findPlaces, type Places } from '../places.ts';
import { asFollowed } from '../render.ts';
import { quote } from '../settings-option.ts';
import { Terminal } from '../terminal.ts';
import { TurnTable } from '../turn-table.ts';

const formats = ['table', 'json', 'stream'];

/** How often the list of calls is shown anew, ms. */
const LIST_EVERY_MS = 2_000;

export class MonitorSession extends OrkestraCommand {
  static override paths = [['monitor-session']];

  static override usage = Command.Usage({
    description: 'watch a call, or all that run',
    details: `
      Without --follow, you see the call as it is now; with it, what happens until the call ends. Redis or Temporal may
      be away for a while: what was missed is shown when they are back.

      --format table: a row a turn, with the ms from the caller's last word to the reply's first sound (spoken) and to the
      final transcript (text), and who answered. In a terminal the last row grows with the words. --format stream: a line
      an event; without --follow those that are still kept. --format json: the call's state and transcript as one
      object; with --follow one event a line, each with its type, its place in the stream (id) and its time (at, ms since
      1970). --event picks events by type, or by kind as in "turn.*", and may be repeated.

      With --all, the calls that run are listed: once, or with --follow every 2 s; with --format json as one object a
      line. docs/live-calls.md says more.
    `,
    examples: [
      ['The call as it is now', '$0 monitor-session demo-1'],
      ['Turn by turn, as it goes', '$0 monitor-session demo-1 --follow'],
      ['All calls that run', '$0 monitor-session --all --follow'],
      [
        'What the caller is heard to say, as JSON lines',
        '$0 monitor-session demo-1 --follow --format json --event "turn.*"',
      ],
    ],
  });

  session = Option.String({ name: 'SESSION', required: false });
  all = Option.Boolean('--all', false, { description: 'list the calls that run' });
  follow = Option.Boolean('--follow', false, { description: 'stay until the call has ended' });
  format = Option.String('--format', 'table', { description: 'table, json or stream' });
  event = Option.Array('--event', [], {
    description: 'an event type, or a kind like turn.*; may be repeated',
  });

  async run(): Promise<void> {
    if (this.all === (this.session !== undefined)) {
      throw usageError('Say what to watch: give either a session or --all.');
    }
    const session = this.session === undefined ? undefined : parseSession(this.session);
    if (!formats.includes(this.format)) {
      throw usageError(`--format: takes ${formats.join(', ')}, not ${quote(this.format)}.`);
    }
    if (this.all && this.format === 'stream') {
      throw usageError('--format stream shows the events of one call: give its session instead of --all.');
    }
    const passes = eventFilter(this.event);
    const showsEvents = this.format === 'stream' || (this.format === 'json' && this.follow && !this.all);
    if (this.event.length > 0 && !showsEvents) {
      throw usageError('--event picks events: use it with --format stream, or with --format json --follow.');
    }
    const places = findPlaces();
    const temporal = await connectTemporal(places);
    try {
      if (session === undefined) {
        await interruptible((signal) => this.list(places, temporal, signal));
        return;
      }
      const described = await describeCall(temporal, session);
      if (described.status === 'unknown') throw unknownSession(session);
      if (this.follow || this.format === 'stream') {
        await interruptible((signal) => this.watch(places, temporal, session, described, passes, signal));
      } else {
        await this.snapshot(temporal, session);
      }
    } finally {
      await temporal.close();
    }
  }

  private terminal = () => new Terminal(this.context.stdout, this.context.colorDepth);

  private async list({ config }: Places, temporal: TemporalAccess, signal: AbortSignal) {
    const terminal = this.terminal();
    for (let first = true; !signal.aborted; first = false) {
      try {
        const live = await listLiveCalls(temporal, config.temporal.taskQueuePrefix);
        if (this.format === 'json') this.print(JSON.stringify({ at: Date.now(), ...live }));
        else {
          if (this.follow) terminal.clearScreen();
          printLiveCalls(live, terminal);
        }
      } catch (error) {
        if (first || !this.follow) throw error;
        this.note(`Temporal is away (${(error as Error).message}): waiting for it.`);
      }
      if (!this.follow) return;
      await setTimeout(LIST_EVERY_MS, undefined, { signal }).catch(() => undefined);
    }
  }

  private async snapshot(temporal: TemporalAccess, session: string) {
    const { state, transcript } = await queryCall(temporal, session);
    if (this.format === 'json') return this.printJson({ state, transcript });
    const { phase, domain, adapter, turns, startedAt, endReason } = state;
    const parts = [
      endReason ? `${phase} (${endReason})` : phase,
      domain,
      `adapter ${adapter}`,
      `turns: ${turns}`,
    ];
    this.print(`Call ${session}: ${parts.join(' · ')} · since ${new Date(startedAt).toISOString()}`);
    const table = new TurnTable(this.terminal());
    table.heading();
    if (transcript.omitted > 0)
      this.print(`      (${transcript.omitted} older turns are in the analytics rows)`);
    const asides = [...transcript.asides];
    const showUntil = (turn: number) => {
      while (asides[0] && asides[0].beforeTurn <= turn) table.aside(asides.shift() as Aside);
    };
    for (const turn of transcript.turns) {
      showUntil(turn.turn);
      table.turn(asFollowed(turn));
    }
    showUntil(Infinity);
  }

  private async watch(
    places: Places,
    temporal: TemporalAccess,
    session: string,
    described: CallStatus,
    passes: (event: CallEvent) => boolean,
    signal: AbortSignal,
  ) {
    const terminal = this.terminal();
    const table = new TurnTable(terminal);
    const transcript = new LiveTranscript(table);
    let { adapter } = described;
    let seen = 0;
    const asTable = this.format === 'table';
    if (asTable) {
      const facts = [described.domain, adapter && `adapter ${adapter}`, described.status].filter(Boolean);
      terminal.print(`Call ${session}: ${facts.join(' · ')}`);
      table.heading();
    }
    const showEvent = (event: Placed<CallEvent>) => {
      seen++;
      if (!asTable) {
        if (passes(event)) this.print(this.format === 'json' ? JSON.stringify(event) : eventLine(event));
        return;
      }
      transcript.add(event);
      const news = newsOf(event);
      if (news) terminal.print(terminal.paint('dim', `      ${news}`));
    };
    await followCall(places, temporal, {
      session,
      live: this.follow,
      signal,
      note: (problem) => {
        terminal.clear();
        this.note(problem);
      },
      show: showEvent,
      onStatus: (now) => {
        if (!asTable || !now.adapter || now.adapter === adapter) return;
        if (adapter) terminal.print(terminal.paint('dim', `      adapter ${now.adapter} from here on`));
        adapter = now.adapter;
      },
    });
    terminal.clear();
    if (seen > 0 || signal.aborted) return;
    throw new CliError(
      `Nothing is kept of what happened in call ${session}: see what was said with \`orkestra monitor-session ${session}\`, or \`orkestra replay-session ${session}\`.`,
    );
  }
}

/** What there is to say of an event beside the turns. */
function newsOf(event: CallEvent): string | undefined {
  if (event.type === 'caller.disconnected' && event.reason === 'dropped') {
    return 'the line broke; the call waits for its caller';
  }
  if (event.type === 'call.ended') return `the call has ended: ${event.reason}`;
  return undefined;
}
