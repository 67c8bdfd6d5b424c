import type { TurnEnd } from '../activities/types.ts';
import { DEFAULT_ADAPTER } from '../call/adapter.ts';
import type { EffectOutcome, Identity, RecordingConsent } from '../call/effects.ts';
import { type CallTally, emptyTally } from '../call/facts.ts';
import type { CallRequest } from '../call/request.ts';
import type { CallSettings } from '../call/settings.ts';
import type { Aside, ToolUse, Turn } from '../call/transcript.ts';
import { carriedTurns } from './limits.ts';
import type { Transfer } from './handover.ts';
import type { LineState } from './line.ts';
import type {
  AdapterTrouble,
  CallInput,
  CallState,
  CallTranscript,
  CarriedState,
  NotedUse,
  Phase,
} from './messages.ts';

/** What a call knows of itself: its durable state, all of which goes along into the next run. */
export class CallMemory {
  readonly request: CallRequest;
  readonly taskQueuePrefix: string;
  readonly startedAt: number;
  phase: Phase = 'connecting';
  endReason: string | undefined;
  /** The call is to end. */
  ending = false;
  line: LineState;
  transfer: Transfer | undefined;
  settings: CallSettings;
  /** What answers the turns that are armed from now on. */
  adapter: string;
  /** The one before it: what the call goes back to when it fails. */
  adapterBefore: string;
  /** The switch that it came by, and the switches that were asked for. */
  adapterNth: number;
  adapterAsks: number;
  adapterTrouble: AdapterTrouble | undefined;
  /** The turn that is armed. */
  turn: number;
  /** Counts every arming in the call, so that a later one always fences off an earlier one. */
  arming: number;
  says: number;
  idlePrompts: number;
  /** Where the armed turn begins in the call's stream. */
  place: TurnEnd;
  rejectedSignals: number;
  identity: Identity;
  recording: RecordingConsent;
  readonly tally: CallTally;
  /** Tools with an effect that were used in turns that are still being answered. */
  private toolUses: NotedUse[];
  /** What came of the tools with an effect, by their `useToolId`s: those of this run, and of turns that it was given. */
  private readonly outcomes = new Map<string, EffectOutcome>();
  private turns: Turn[];
  private asides: Aside[];
  private omitted: number;

  constructor(input: CallInput, startedAt: number) {
    this.request = input.request;
    this.taskQueuePrefix = input.taskQueuePrefix;
    const carried: CarriedState = input.carried ?? {
      startedAt,
      settings: input.request.settings,
      adapter: DEFAULT_ADAPTER,
      turn: 1,
      arming: 0,
      says: 0,
      idlePrompts: 0,
      place: { cursor: '0', audioCursor: '0', connected: false },
      turns: [],
      asides: [],
      omitted: 0,
      rejectedSignals: 0,
      line: { callSid: input.request.callSid },
      identity: { state: 'unknown', failures: 0 },
      recording: 'undisclosed',
      toolUses: [],
    };
    this.startedAt = carried.startedAt;
    this.settings = carried.settings;
    this.adapter = carried.adapter;
    this.adapterBefore = carried.adapterBefore ?? DEFAULT_ADAPTER;
    this.adapterNth = carried.adapterNth ?? 0;
    this.adapterAsks = carried.adapterAsks ?? 0;
    this.adapterTrouble = carried.adapterTrouble;
    this.turn = carried.turn;
    this.arming = carried.arming;
    this.says = carried.says;
    this.idlePrompts = carried.idlePrompts;
    this.place = carried.place;
    this.turns = carried.turns;
    this.asides = carried.asides;
    this.omitted = carried.omitted;
    this.rejectedSignals = carried.rejectedSignals;
    this.line = carried.line;
    this.transfer = carried.transfer;
    this.identity = carried.identity;
    this.recording = carried.recording;
    this.tally = carried.tally ?? emptyTally();
    this.toolUses = carried.toolUses;
    for (const { id, use } of carried.toolUses) if (id) this.outcomes.set(id, use.output as EffectOutcome);
    if (input.carried) this.phase = 'conversation';
  }

  /** Turns can settle out of order after an interruption; they are kept in order. */
  addTurn(turn: Turn) {
    this.turns.push(turn);
    this.turns.sort((a, b) => a.turn - b.turn);
    while (this.turns.length > carriedTurns) {
      this.turns.shift();
      this.omitted += 1;
    }
  }

  /** An effect belongs to its turn, also if the caller has gone on and the turn is over. */
  addToolUse(id: string, turn: number, use: ToolUse & { output: EffectOutcome }) {
    this.outcomes.set(id, use.output);
    const settled = this.turnOf(turn);
    if (settled) settled.tools.push(use);
    else this.toolUses.push({ turn, use, id });
  }

  /** What came of a use that has been noted. */
  outcomeOf(id: string): EffectOutcome | undefined {
    return this.outcomes.get(id);
  }

  /** How many uses have been noted in a turn. */
  usesIn(turn: number): number {
    const settled = this.turnOf(turn);
    return settled ? settled.tools.length : this.toolUses.filter((one) => one.turn === turn).length;
  }

  /** A turn that has been settled, and is still remembered. */
  turnOf(turn: number): Turn | undefined {
    return this.turns.find((past) => past.turn === turn);
  }

  /** Of a turn that is about to be remembered. */
  takeToolUses(turn: number): ToolUse[] {
    const taken = this.toolUses.filter((one) => one.turn === turn);
    this.toolUses = this.toolUses.filter((one) => one.turn !== turn);
    return taken.map(({ use }) => use);
  }

  addAside(aside: Aside) {
    this.asides.push(aside);
    if (this.asides.length > carriedTurns) this.asides.shift();
  }

  get turnCount(): number {
    return this.turns.length + this.omitted;
  }

  state(): CallState {
    return {
      session: this.request.session,
      domain: this.request.domain,
      phase: this.phase,
      adapter: this.adapter,
      adapterTrouble: this.adapterTrouble,
      settings: this.settings,
      turns: this.turnCount,
      startedAt: this.startedAt,
      identity: { state: this.identity.state, failures: this.identity.failures },
      recording: this.recording,
      endReason: this.endReason,
      rejectedSignals: this.rejectedSignals,
      line: this.line,
      transfer: this.transfer,
    };
  }

  transcript(): CallTranscript {
    return { turns: this.turns, asides: this.asides, omitted: this.omitted };
  }

  carry(): CallInput {
    return {
      request: this.request,
      taskQueuePrefix: this.taskQueuePrefix,
      carried: {
        startedAt: this.startedAt,
        settings: this.settings,
        adapter: this.adapter,
        adapterBefore: this.adapterBefore,
        adapterNth: this.adapterNth,
        adapterAsks: this.adapterAsks,
        adapterTrouble: this.adapterTrouble,
        turn: this.turn,
        arming: this.arming,
        says: this.says,
        idlePrompts: this.idlePrompts,
        place: this.place,
        turns: this.turns,
        asides: this.asides,
        omitted: this.omitted,
        rejectedSignals: this.rejectedSignals,
        line: this.line,
        transfer: this.transfer,
        identity: this.identity,
        recording: this.recording,
        tally: this.tally,
        toolUses: this.toolUses,
      },
    };
  }
}
