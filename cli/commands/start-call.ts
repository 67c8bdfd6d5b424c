import { Command, Option } from '../clipanion.ts';
import { type CallRequest, workflowIdOf } from '../../call/request.ts';
import { maskCustomer, maskPhone } from '../../call/mask.ts';
import { pageUrl, tokenOf } from '../caller-token.ts';
import { absentWorkers } from '../pollers.ts';
import { parseRequest } from '../call-request.ts';
import { refuseIfTaken, startCallWorkflow } from '../call-workflow.ts';
import { readUtterances } from '../caller-recording.ts';
import { OrkestraCommand } from '../command.ts';
import { openRedis } from '../connect-redis.ts';
import { connectTemporal, type TemporalAccess } from '../connect-temporal.ts';
import { allGatewaysBusy } from '../../gateway/room.ts';
import { CliError, usageError } from '../error.ts';
import { INTERRUPTED, interruptible } from '../interrupt.ts';
import { isComplete, placeCall, summary, workflowUrl } from '../place-call.ts';
import { findPlaces, type Places } from '../places.ts';
import type { CallerLine } from '../play-call.ts';
import { asDialogue } from '../render.ts';

/** What the gateway takes at once, in characters. */
const LONGEST_TEXT = 2_000;

export class StartCall extends OrkestraCommand {
  static override paths = [['start-call']];

  static override usage = Command.Usage({
    description: 'start a call, and play its caller if you like',
    details: `
      Without --audio and --text, the call waits for its caller, and you read how they connect. With --dial, the bot
      calls them: the workers place the call over Twilio (docs/telephony.md says what that needs), once.

      With --audio, a WAV file is the caller: each of its utterances (what stands between pauses of a second) is
      spoken in real time once the bot has finished with the one before. With --text, lines are typed instead.
      The transcript appears as it grows; the audio is saved under .orkestra/calls/SESSION.
      Exit code 0: every utterance was answered; 1: it was not, or the call could not be started; 2: wrong usage.
    `,
    examples: [
      ['A call that waits for its caller', '$0 start-call demo-1 --phone +14155550123'],
      ['A call that rings at the caller’s', '$0 start-call demo-4 --phone +14155550123 --dial'],
      ['A recording as the caller', '$0 start-call demo-2 --audio caller.wav --set bargeIn=false'],
      [
        'Typed instead of spoken',
        '$0 start-call demo-3 --text "What are your opening hours?" --text "Goodbye."',
      ],
    ],
  });

  session = Option.String({ name: 'SESSION' });
  phone = Option.String('--phone', { description: 'the caller’s number in E.164, like +14155550123' });
  dial = Option.Boolean('--dial', false, { description: 'call the number of --phone' });
  customer = Option.String('--customer', { description: 'the caller’s customer id' });
  tenant = Option.String('--tenant', {
    description: 'whose call it is, where several businesses share a deployment',
  });
  domain = Option.String('--domain', 'banking', {
    description: 'what the call is about; banking by default',
  });
  set = Option.Array('--set', [], { description: 'key=value: a setting of this call; may be repeated' });
  audio = Option.String('--audio', { description: 'a WAV file that plays the caller' });
  text = Option.Array('--text', [], { description: 'a line that the caller types; may be repeated' });
  json = Option.Boolean('--json', false, { description: 'print one JSON object' });

  async run(): Promise<number> {
    const request = parseRequest(this);
    const lines = await this.lines();
    if (this.dial && !this.phone) throw usageError('--dial: give the number to call with --phone.');
    if (this.dial && lines) throw usageError('A call that is dialled has a caller: give --dial alone.');
    const places = findPlaces();
    const { redis } = await openRedis(places.config.redis);
    const busy = this.dial && (await allGatewaysBusy(redis, places.config.temporal.taskQueuePrefix));
    redis.disconnect();
    if (busy) throw new CliError('All lines are busy, so nobody is called: try again in a minute.');
    const temporal = await connectTemporal(places);
    try {
      return lines
        ? await interruptible((signal) =>
            this.play(places, temporal, request, lines, signal).catch((error: unknown) => {
              if (signal.aborted) return INTERRUPTED;
              throw error;
            }),
          )
        : await this.leaveWaiting(places, temporal, { ...request, ...(this.dial && { origin: 'twilio' }) });
    } finally {
      await temporal.close();
    }
  }

  private async lines(): Promise<CallerLine[] | undefined> {
    if (this.audio !== undefined && this.text.length > 0) {
      throw usageError('A caller either speaks or types: give --audio or --text, not both.');
    }
    if (this.text.some((line) => line.trim() === '' || line.length > LONGEST_TEXT)) {
      throw usageError(`--text: a line has 1 to ${LONGEST_TEXT} characters.`);
    }
    if (this.audio !== undefined) return readUtterances(this.audio);
    return this.text.length > 0 ? this.text : undefined;
  }

  private async play(
    places: Places,
    temporal: TemporalAccess,
    request: CallRequest,
    lines: CallerLine[],
    signal: AbortSignal,
  ): Promise<number> {
    await refuseIfTaken(temporal, request.session);
    const absent = await absentWorkers(temporal, places.config.temporal.taskQueuePrefix);
    if (absent.length > 0) {
      throw new CliError(
        `Nobody could answer the caller, no worker runs for ${absent.join(', ')}: start them with \`orkestra up\`, or each with \`orkestra worker NAME\`.`,
      );
    }
    const print = (line: string) => (this.json ? undefined : this.print(line));
    const call = await placeCall(places, temporal, request, lines, asDialogue(print), signal);
    if (this.json) this.printJson(call);
    for (const line of summary(call)) print(line);
    if (signal.aborted) return INTERRUPTED;
    return isComplete(call) ? 0 : 1;
  }

  private async leaveWaiting(
    places: Places,
    temporal: TemporalAccess,
    request: CallRequest,
  ): Promise<number> {
    const prefix = places.config.temporal.taskQueuePrefix;
    const { session, domain, phone, customer } = request;
    const workflow = await startCallWorkflow(temporal, prefix, request, this.dial);
    const absent = await absentWorkers(temporal, prefix);
    if (absent.length > 0) {
      this.note(`No worker runs for ${absent.join(', ')} yet: the call goes on when they do.`);
    }
    const masked = { phone: phone && maskPhone(phone), customer: customer && maskCustomer(customer) };
    const workflowId = workflowIdOf(session);
    const url = workflowUrl(places, session);
    const token = this.dial ? undefined : tokenOf(places, request);
    if (this.json) {
      this.printJson({
        session,
        domain,
        ...masked,
        workflowId,
        runId: workflow.firstExecutionRunId,
        gateway: places.gatewayUrl,
        token,
        url,
      });
      return 0;
    }
    const who = [masked.phone, masked.customer].filter(Boolean).join(', ');
    const call = `Call ${session} (${domain}${who && `, ${who}`})`;
    if (this.dial) {
      this.print(`${call} has started and calls its caller.`);
      this.print(`Follow it with \`orkestra monitor-session ${session} --follow\`.`);
    } else {
      this.print(`${call} has started and waits ${request.settings.connectMs / 1_000} s for its caller.`);
      this.print(
        `The caller connects to ${places.gatewayUrl} and sends ${JSON.stringify({ type: 'start', session, sampleRate: 16_000, token })}.`,
      );
      if (token) this.print(`From a browser: ${pageUrl(places, token)} (a link for 5 minutes)`);
    }
    if (url) this.print(`The call in Temporal’s Web UI: ${url}`);
    return 0;
  }
}
