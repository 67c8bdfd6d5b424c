import { defaultFailureConverter, defaultPayloadConverter, type DataConverter } from '@temporalio/common';
import { Command, Option } from '../clipanion.ts';
import { clientConverter } from '../../config/temporal.ts';
import { readStoredCall, type StoredCall } from '../../store/past-calls.ts';
import { parseSession, unknownSession } from '../call-workflow.ts';
import { OrkestraCommand } from '../command.ts';
import { withPostgres } from '../connect-postgres.ts';
import { connectTemporal } from '../connect-temporal.ts';
import { CliError, usageError } from '../error.ts';
import { type CallHistory, fetchHistory, readHistory } from '../past-call/history.ts';
import { type PastCall, pastCall } from '../past-call/past-call.ts';
import { copyRecording, findRecording, prepareOutput } from '../past-call/recording.ts';
import { callLines, rerunLines } from '../past-call/render-call.ts';
import type { Rerun } from '../past-call/rerun.ts';
import { findPlaces, type Places } from '../places.ts';

/** What a call was, from whatever still knows it. */
interface Known {
  call: Omit<PastCall, 'runs' | 'events'>;
  /** Absent where Temporal has forgotten the call. */
  history?: CallHistory;
}

export class ReplaySession extends OrkestraCommand {
  static override paths = [['replay-session']];

  static override usage = Command.Usage({
    description: 'show a past call, and run its history through the present code',
    details: `
      Shows a call turn by turn with its timings, as Temporal's history has it, and then runs that history through
      the present workflow code: a call that goes another way there would break at an upgrade. Works for calls that
      have ended and for calls that run, and with --history for a file that Temporal's CLI or Web UI saved. What Temporal
      has forgotten is read from the analytics rows.

      With --output, the call's recording and its captions are copied into a folder; they are found in the folder
      that ORKESTRA_RECORDINGS names.

      Exit code 0: the code goes the same way, and what was to be copied was; 1: not so, or there is no such call; 2: wrong
      usage.
    `,
    examples: [
      ['A past call', '$0 replay-session demo-1'],
      ['The same, and its audio', '$0 replay-session demo-1 --output ./demo-1'],
      ['From a saved history', '$0 replay-session --history call.json'],
    ],
  });

  session = Option.String({ name: 'SESSION', required: false });
  history = Option.String('--history', { description: 'a file with the history of a call' });
  output = Option.String('--output', { description: 'a folder for recording and captions' });
  json = Option.Boolean('--json', false, { description: 'print one JSON object' });

  async run(): Promise<number> {
    if ((this.session === undefined) === (this.history === undefined)) {
      throw usageError('Name a call: give either its session or a file with --history.');
    }
    const session = this.session && parseSession(this.session);
    if (this.output) await prepareOutput(this.output);
    const places = findPlaces();
    const converter = clientConverter(places.config.temporal);
    const { call, history } = this.history
      ? await fromFile(this.history, converter)
      : await this.fromSystem(places, session!);
    // Temporal's worker comes along: a third of a second that no other command has to wait.
    const { rerun } = await import('../past-call/rerun.ts');
    const reruns = history && (await rerun(history, converter));
    const recording = await this.recordingOf(places, call);
    if (this.json) {
      this.printJson({ call, history: reruns, recording: recording.files });
    } else {
      for (const line of callLines(call)) this.print(line);
      this.print(recording.line);
      for (const line of rerunLines(reruns ?? [])) this.print(line);
      if (!reruns) this.print('History: Temporal no longer has it; this is what the analytics rows hold.');
    }
    if (this.output && !recording.files) {
      this.note(`orkestra: --output: there is nothing to copy. ${recording.line}`);
      return 1;
    }
    return reruns?.every((each: Rerun) => each.problem === undefined) === false ? 1 : 0;
  }

  private async fromSystem(places: Places, session: string): Promise<Known> {
    const temporal = await connectTemporal(places);
    try {
      const history = await fetchHistory(temporal, session);
      if (!history) return { call: await this.fromRows(places, session) };
      const call = await pastCall(history, temporal.client.options.loadedDataConverter);
      return { call: history.incomplete ? await this.complete(places, call) : call, history };
    } finally {
      await temporal.close();
    }
  }

  /** A call that Temporal has forgotten. */
  private async fromRows(places: Places, session: string): Promise<Known['call']> {
    const stored = await readRows(places, session).catch((error: CliError) => {
      throw new CliError(
        `Temporal knows no call of session ${session}, and its rows can't be read. ${error.message}`,
      );
    });
    if (!stored) throw unknownSession(session);
    return { session, asides: [], ...stored };
  }

  /** Turns of runs that Temporal has forgotten, from the rows. */
  private async complete(places: Places, call: PastCall): Promise<Known['call']> {
    try {
      const stored = await readRows(places, call.session);
      const known = new Set(call.turns.map(({ turn }) => turn));
      const older = stored?.turns.filter(({ turn }) => !known.has(turn)) ?? [];
      return { ...call, turns: [...older, ...call.turns] };
    } catch (error) {
      this.note(
        `The call's first turns are missing: Temporal has forgotten them. ${(error as Error).message}`,
      );
      return call;
    }
  }

  private async recordingOf({ config }: Places, { session, recording }: Known['call']) {
    const found = findRecording(config.recordings, session);
    if (!found) return { line: `Recording: ${whyNone(config.recordings.folder, recording)}` };
    const files = this.output ? await copyRecording(found, this.output) : found;
    return { files, line: `Recording: ${files.audio} (caller left, bot right), captions: ${files.captions}` };
  }
}

function whyNone(folder: string | undefined, outcome: PastCall['recording']): string {
  if (outcome && outcome !== 'kept') return `none, ${reasons[outcome]}.`;
  if (folder) return `none in ${folder}.`;
  return 'none is known here; ORKESTRA_RECORDINGS names the folder that calls are recorded into.';
}

const reasons = {
  refused: 'since the caller refused to be recorded',
  undisclosed: 'since the caller was never told that the call is recorded',
  'nothing was said': 'since nothing was said',
  'could not be written': 'since it could not be written',
};

const readRows = ({ config }: Places, session: string): Promise<StoredCall | undefined> =>
  withPostgres(config.postgres, (database) => readStoredCall(database, session));

async function fromFile(file: string, { payloadCodecs = [] }: DataConverter): Promise<Known> {
  const history = await readHistory(file);
  const call = await pastCall(history, { ...plainConverter, payloadCodecs }).catch((error: Error) => {
    throw new CliError(`--history: what is in ${file} can't be read: ${error.message}.`);
  });
  return { call, history };
}

const plainConverter = {
  payloadConverter: defaultPayloadConverter,
  failureConverter: defaultFailureConverter,
};
