import { Command, Option } from '../clipanion.ts';
import type { CallEvent } from '../../stream/events.ts';
import { parseSession, queryCall, statusOf, unknownSession } from '../call-workflow.ts';
import { OrkestraCommand } from '../command.ts';
import { connectTemporal, type TemporalAccess } from '../connect-temporal.ts';
import { CliError, usageError } from '../error.ts';
import { eventFilter, eventLine } from '../event-format.ts';
import { followCall } from '../follow-call.ts';
import { interruptible } from '../interrupt.ts';
import { LiveTranscript } from '../live-transcript.ts';
import { findPlaces, type Places } from '../places.ts';
import { asFollowed, asTable, tableHeading, tableRow } from '../render.ts';
import { quote } from '../settings-option.ts';

const formats = ['table', 'json', 'stream'];

export class MonitorSession extends OrkestraCommand {
  static override paths = [['monitor-session']];

  static override usage = Command.Usage({
    description: 'watch a call',
    details: `
      Without --follow, you see the call as it is now; with it, what happens until the call ends.

      --format table: a line a turn, with its times. --format stream: a line an event; without --follow those that
      are still kept. --format json: the call's state and transcript as one object; with --follow one event a line.
      --event picks events by type, or by kind as in "turn.*", and may be repeated.
    `,
    examples: [
      ['The call as it is now', '$0 monitor-session demo-1'],
      ['Turn by turn, as it goes', '$0 monitor-session demo-1 --follow'],
      [
        'What the caller is heard to say, as JSON lines',
        '$0 monitor-session demo-1 --follow --format json --event "turn.*"',
      ],
    ],
  });

  session = Option.String({ name: 'SESSION' });
  follow = Option.Boolean('--follow', false, { description: 'stay until the call has ended' });
  format = Option.String('--format', 'table', { description: 'table, json or stream' });
  event = Option.Array('--event', [], {
    description: 'an event type, or a kind like turn.*; may be repeated',
  });

  async run(): Promise<void> {
    const session = parseSession(this.session);
    if (!formats.includes(this.format)) {
      throw usageError(`--format: takes ${formats.join(', ')}, not ${quote(this.format)}.`);
    }
    const passes = eventFilter(this.event);
    const showsEvents = this.format === 'stream' || (this.format === 'json' && this.follow);
    if (this.event.length > 0 && !showsEvents) {
      throw usageError('--event picks events: use it with --format stream, or with --format json --follow.');
    }
    const places = findPlaces();
    const temporal = await connectTemporal(places);
    try {
      const status = await statusOf(temporal, session);
      if (status === 'unknown') throw unknownSession(session);
      if (this.follow || this.format === 'stream') {
        await interruptible((signal) => this.watch(places, temporal, session, passes, signal));
      } else {
        await this.snapshot(temporal, session);
      }
    } finally {
      await temporal.close();
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
    this.print(tableHeading);
    if (transcript.omitted > 0)
      this.print(`      (${transcript.omitted} older turns are in the analytics rows)`);
    for (const turn of transcript.turns) this.print(tableRow(asFollowed(turn)));
  }

  private async watch(
    places: Places,
    temporal: TemporalAccess,
    session: string,
    passes: (event: CallEvent) => boolean,
    signal: AbortSignal,
  ) {
    const print = (line: string) => this.print(line);
    const transcript = new LiveTranscript(asTable(print));
    const asLine = this.format === 'json' ? JSON.stringify : eventLine;
    if (this.format === 'table') print(tableHeading);
    let seen = 0;
    await followCall(places, temporal, {
      session,
      live: this.follow,
      signal,
      note: (problem) => this.note(problem),
      show: (event) => {
        seen++;
        if (this.format === 'table') transcript.add(event);
        else if (passes(event)) print(asLine(event));
      },
    });
    if (seen > 0 || signal.aborted) return;
    throw new CliError(
      `Nothing is kept of what happened in call ${session}: see what was said with \`orkestra monitor-session ${session}\`.`,
    );
  }
}
