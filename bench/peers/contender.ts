import type { VadDelays } from './delays.ts';

/** A platform that takes calls on a Twilio media stream. */
export interface Contender {
  name: 'Orkestra' | 'Pipecat';
  url: string;
  /** Settings of the calls, in the start message. */
  customParameters: Record<string, string>;
  /** Ids of all its processes, by name. */
  processes(): Record<string, number>;
  /** What its own voice detection takes on the recordings. */
  delays: VadDelays;
  stop(): Promise<void>;
}
