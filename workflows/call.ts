import {
  allHandlersFinished,
  CancellationScope,
  condition,
  continueAsNew,
  isCancellation,
  log,
  patched,
  sleep,
  upsertSearchAttributes,
  workflowInfo,
} from '@temporalio/workflow';
import type { ListenResult } from '../activities/types.ts';
import type { Turn } from '../call/transcript.ts';
import { telephony } from './activities.ts';
import { Asides } from './asides.ts';
import { CallAdapters } from './call-adapters.ts';
import { receiveMessages } from './handlers.ts';
import { handoverSummary, transferReason } from './handover.ts';
import {
  farewellTimeoutMs,
  quietTimeoutMs,
  recordingTimeoutMs,
  turnsOverdue,
  turnsPerRun,
} from './limits.ts';
import { Line } from './line.ts';
import { CallMemory } from './memory.ts';
import { type CallInput, type CallSummary, type Phase, searchAttributes } from './messages.ts';
import { UNREADABLE } from './payload-converter.ts';
import { Stages } from './stages.ts';
import { Tools } from './tools.ts';
import { type ArmedTurn, armTurn, failedTurn, listenAgain, recordTurn, settleTurn } from './turn.ts';

/**
 * One call. Greets, takes turns, says goodbye. The next turn is armed as soon as the caller's words are final, so
 * that its stages stand ready while the reply is still being spoken.
 */
export async function call(input: CallInput): Promise<CallSummary> {
  // The task fails until somebody has the key: the call waits, and loses nothing.
  if ((input as unknown) === UNREADABLE)
    throw new Error('the call’s input can’t be read: see ORKESTRA_PAYLOAD_KEYS');
  return new Call(input).run();
}

/** Said where the reply itself had no words for it. */
const transferWords = 'I will put you through to a colleague. One moment, please.';

/** Why a call ends, and what the bot says last. */
interface Ending {
  reason: string;
  farewell: boolean | 'voicemail';
}

class Call {
  private readonly memory: CallMemory;
  private readonly stages: Stages;
  private readonly asides: Asides;
  private readonly tools: Tools;
  private readonly adapters: CallAdapters;
  private readonly line: Line;
  private ending: Ending | undefined;
  private settling = 0;
  /** The turn that was begun last. */
  private latest = { settled: true, over: Promise.resolve() };
  private recording = 0;
  private turnsInRun = 0;
  private lengthWatch: { maxCallMs: number; scope: CancellationScope } | undefined;

  constructor(private readonly input: CallInput) {
    this.memory = new CallMemory(input, Date.now());
    this.stages = new Stages(this.memory, input.carried !== undefined);
    this.asides = new Asides(this.memory, this.stages);
    this.tools = new Tools(this.memory, this.stages);
    this.adapters = new CallAdapters(this.memory);
    this.line = new Line(this.memory, telephony, {
      over: (reason) => this.end({ reason, farewell: false }),
      machine: (takesMessage) => this.onMachine(takesMessage),
      answered: () => this.memory.phase === 'dialling' && this.publish('connecting'),
    });
    const { asides, tools, adapters } = this;
    let early = true;
    receiveMessages(
      this.memory,
      { asides, tools, adapters },
      {
        end: (reason) => this.end({ reason, farewell: true }),
        configured: () => this.watchLength(),
        restartStages: (activityIds) => this.stages.restart(activityIds),
        line: (report) => {
          // What came with the call's first task was lost before, and is so in the histories of such calls.
          if (!early || patched('early-line-news')) this.line.report(report);
        },
      },
    );
    early = false;
  }

  async run(): Promise<CallSummary> {
    try {
      if (!this.input.carried) this.open();
      await this.converse();
    } catch (error) {
      if (!isCancellation(error)) throw error;
      this.end({ reason: 'cancelled', farewell: true });
    }
    return CancellationScope.nonCancellable(() => this.close());
  }

  private open() {
    const { domain } = this.memory.request;
    upsertSearchAttributes([{ key: searchAttributes.domain, value: domain }]);
    this.publish(this.input.dial ? 'dialling' : 'connecting');
    if (this.input.dial) void this.line.dial();
    if (this.input.announced) void this.record(() => this.announce());
    void this.asides.speak('greeting', { prompt: 'greeting', nth: 0 }).then((greeting) => {
      if (greeting.kind !== 'spoken') return;
      // The greeting says that the call is recorded; one that was cut short may not have.
      if (!greeting.interrupted && this.memory.recording === 'undisclosed')
        this.memory.recording = 'disclosed';
      if (!this.ending) this.publish('conversation');
    });
    // Beside the greeting: the caller waits for neither. Calls from before there were adapters go on without.
    if (patched('adapter-choice')) void this.adapters.choose();
  }

  /** Tells other systems that the call has begun. */
  private announce() {
    const { session, tenant, domain, origin } = this.memory.request;
    const call = {
      session,
      tenant,
      domain,
      origin,
      dial: this.input.dial ?? false,
      at: this.memory.startedAt,
    };
    return this.stages.run({ id: 'announce', summary: 'tell that the call has begun' }, (act) =>
      act.announceCall(call),
    );
  }

  private async converse() {
    this.watchLength();
    let armed = armTurn(this.memory, this.stages);
    this.stages.resumed = false;
    let listening = new Listening(armed);
    while (!this.ending) {
      await condition(() => listening.over || this.ending !== undefined || this.mayContinueAsNew());
      if (this.ending) break;
      if (!listening.over) return this.continueAsNew();
      const heard = listening.result;
      if (!heard) this.end({ reason: 'the caller could not be heard any more', farewell: true });
      else if (heard.kind === 'gone') this.end({ reason: heard.reason, farewell: false });
      else {
        const { cursor, audioCursor, connected } = heard;
        this.memory.place = { cursor, audioCursor, connected };
        if (heard.kind === 'silent') {
          this.promptAfterSilence();
          armed = listenAgain(this.memory, this.stages, armed);
        } else {
          void this.settle(armed, heard);
          this.memory.turn += 1;
          this.memory.idlePrompts = 0;
          if (this.turnsInRun >= turnsPerRun + turnsOverdue) {
            await condition(() => this.isQuiet() || this.ending !== undefined, quietTimeoutMs);
            if (this.isQuiet() && !this.ending) return this.continueAsNew();
          }
          armed = armTurn(this.memory, this.stages);
        }
        listening = new Listening(armed);
      }
    }
  }

  private async settle(armed: ArmedTurn, said: Extract<ListenResult, { kind: 'said' }>) {
    this.settling += 1;
    this.turnsInRun += 1;
    const before = this.latest;
    let onOver!: () => void;
    const own = { settled: false, over: new Promise<void>((resolve) => (onOver = resolve)) };
    this.latest = own;
    try {
      const settled = await settleTurn(this.memory, this.stages, this.tools, armed, said);
      // A stage of the turn before may have lost its result and be under way anew.
      if (!before.settled && patched('turns-in-order')) await before.over;
      const { turn, endsCall, failedAdapter } = settled;
      this.memory.addTurn(turn);
      if (failedAdapter) void this.adapters.rollBack({ ...failedAdapter, turn: turn.turn });
      this.publish(this.ending ? this.memory.phase : 'conversation');
      const wish = transferReason(turn);
      if (wish !== undefined) await this.transfer(turn, wish);
      else if (endsCall) this.end({ reason: 'the caller said goodbye', farewell: false });
      void this.record(() => recordTurn(this.memory, this.stages, settled));
    } catch (error) {
      // Only stages that failed for good come here; the caller hears an apology instead of a reply.
      log.error('a turn could not be answered', { turn: armed.turn, error: String(error) });
      await this.asides.speak(`apology-${armed.turn}`, { prompt: 'apology', nth: 0 });
      if (!patched('rows-of-failed-turns')) return;
      const failed = failedTurn(this.memory, this.stages, armed.turn, said);
      void this.record(() => recordTurn(this.memory, this.stages, failed));
    } finally {
      this.settling -= 1;
      own.settled = true;
      onOver();
    }
  }

  /** The caller goes to a person: their line does, once the stream has ended: see decision 0013. */
  private async transfer(turn: Turn, reason: string) {
    if (this.ending) return;
    this.memory.transfer = { reason, summary: handoverSummary(this.memory, reason) };
    if (!turn.heard) await this.asides.speak('transfer', { text: transferWords });
    this.end({ reason: 'transferred', farewell: false });
  }

  private onMachine(takesMessage: boolean) {
    const { answeringMachine } = this.memory.settings;
    if (answeringMachine === 'ignore') return;
    const leavesMessage = takesMessage && answeringMachine === 'message';
    this.end({ reason: 'an answering machine took the call', farewell: leavesMessage && 'voicemail' });
  }

  private promptAfterSilence() {
    const { memory } = this;
    if (memory.idlePrompts >= memory.settings.idlePrompts) {
      this.end({ reason: 'the caller was silent', farewell: true });
      return;
    }
    memory.idlePrompts += 1;
    memory.tally.idlePrompts += 1;
    const nth = memory.idlePrompts - 1;
    void this.asides.speak(`idle-${memory.turn}-${memory.idlePrompts}`, { prompt: 'idle', nth });
  }

  private async record(write: () => Promise<unknown>) {
    this.recording += 1;
    try {
      await write();
    } catch (error) {
      log.error('a row could not be written', { error: String(error) });
    } finally {
      this.recording -= 1;
    }
  }

  private end(ending: Ending) {
    this.ending ??= ending;
    this.memory.ending = true;
  }

  /** Starts the timer of the longest call, or starts it anew when that was changed. */
  private watchLength() {
    const { startedAt, settings } = this.memory;
    if (this.lengthWatch?.maxCallMs === settings.maxCallMs) return;
    this.lengthWatch?.scope.cancel();
    const scope = new CancellationScope();
    this.lengthWatch = { maxCallMs: settings.maxCallMs, scope };
    const left = Math.max(1, startedAt + settings.maxCallMs - Date.now());
    scope
      .run(() => sleep(left))
      .then(
        () => this.end({ reason: 'the call reached its longest duration', farewell: true }),
        () => undefined,
      );
  }

  private async close(): Promise<CallSummary> {
    const { memory, asides } = this;
    const { session, domain } = memory.request;
    const { reason } = this.ending!;
    // Nobody would hear a goodbye who has not been heard to connect.
    const unheard = memory.phase === 'dialling' || memory.phase === 'connecting';
    const { farewell: wanted } = this.ending!;
    const farewell = wanted === 'voicemail' ? wanted : !unheard && wanted && 'farewell';
    memory.endReason = reason;
    this.publish('farewell');
    if (unheard && !farewell && this.input.dial) await this.line.hangUp();
    if (farewell) {
      await Promise.race([asides.speak('farewell', { prompt: farewell, nth: 0 }), sleep(farewellTimeoutMs)]);
    }
    const name = (id: string) => ({ id, summary: `end of the call: ${reason}` });
    let endedAt: number | undefined;
    await this.record(async () => {
      const closed = await this.stages.run(name('close-stream'), (act) =>
        act.closeStream({ session, reason }),
      );
      endedAt = closed?.endedAt;
    });
    await condition(() => this.settling === 0 && asides.underWay === 0, farewellTimeoutMs);
    // Where the stream could not be closed, or is of an earlier release.
    endedAt ??= Date.now();
    const { startedAt, turnCount: turns, recording, tally } = memory;
    const times = { startedAt, endedAt };
    const row = { session, domain, ...times, reason, turns, recording, ...whoseCall(memory), tally };
    void this.record(() => this.stages.run(name('record-call'), (act) => act.recordCall(row)));
    await condition(() => this.recording === 0, recordingTimeoutMs);
    this.publish('ended');
    await condition(allHandlersFinished);
    return { session, reason, turns, durationMs: endedAt - startedAt, transfer: memory.transfer };
  }

  /** At a quiet moment of a long run; what the caller says meanwhile waits in the stream. */
  private mayContinueAsNew(): boolean {
    if (this.turnsInRun < turnsPerRun && !workflowInfo().continueAsNewSuggested) return false;
    return this.isQuiet();
  }

  private isQuiet(): boolean {
    const { settling, recording, asides, adapters } = this;
    return settling === 0 && recording === 0 && asides.underWay === 0 && adapters.underWay === 0;
  }

  private async continueAsNew(): Promise<never> {
    await condition(allHandlersFinished);
    return continueAsNew<typeof call>(this.memory.carry());
  }

  private publish(phase: Phase) {
    this.memory.phase = phase;
    upsertSearchAttributes([
      { key: searchAttributes.phase, value: phase },
      { key: searchAttributes.adapter, value: this.memory.adapter },
      { key: searchAttributes.turns, value: this.memory.turnCount },
    ]);
  }
}

/** Whose call it was: for the row, and to find all rows of a customer by. */
function whoseCall({ request, identity, transfer }: CallMemory) {
  const { phone, origin } = request;
  return { customer: identity.customer ?? request.customer, phone, origin, transfer: transfer?.reason };
}

/** The outcome of a `listen`, as something that a condition can look at. */
class Listening {
  over = false;
  /** Absent when the activity failed for good. */
  result: ListenResult | undefined;

  constructor({ listen }: ArmedTurn) {
    listen.then(
      (result) => {
        this.result = result;
        this.over = true;
      },
      () => {
        this.over = true;
      },
    );
  }
}
