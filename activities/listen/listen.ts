import type { SttEngine } from '../../engines/stt/engine.ts';
import { now } from '../../stream/call-stream.ts';
import type { ListenInput, ListenResult, SttActivities } from '../types.ts';
import { Stage, type StageDeps } from '../stage.ts';
import { CallerTurn } from './caller-turn.ts';

/** The activity of the stt workers: hears one turn of the caller. */
export function sttActivities(deps: StageDeps, engine: SttEngine): SttActivities {
  return {
    listen: (input: ListenInput) =>
      Stage.run<ListenResult>(
        deps,
        input,
        { work: `turn-${input.turn}`, turn: input.turn },
        async (stage) => {
          const turn = new CallerTurn(stage, input, engine);
          // Audio first: when an event says that speech stopped, all of that speech is here.
          await stage.onAudioIn(input.audioCursor, (chunk) => turn.onAudio(chunk));
          await stage.onEvents(input.cursor, (event) => turn.onEvent(event));
          const { bargeIn } = input.settings;
          await stage.stream.emit({ type: 'call.configured', at: now(), bargeIn });
        },
      ),
  };
}
