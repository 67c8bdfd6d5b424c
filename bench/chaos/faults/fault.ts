import type { Evidence } from '../checks/evidence.ts';
import type { Excuses } from '../checks/violation.ts';
import type { Platform } from '../platform.ts';
import type { Random } from '../random.ts';

/** What a fault may work with. */
export interface Scene {
  platform: Platform;
  /** Of this trial: what is drawn follows from the seed. */
  random: Random;
  /** Resolves at a moment of some call that was drawn from the seed. */
  moment(): Promise<void>;
  /** Notes the instant of the fault; called once a trial, right before it. */
  struck(): void;
  /** Puts a line into the report. */
  note(note: Note): void;
}

/** A line of the report; `held`: what it says is as it should be. */
export interface Note {
  line: string;
  held: boolean;
}

export interface Fault {
  name: string;
  /** One sentence for the documentation. */
  about: string;
  /** Trials where the command line says nothing. */
  trials: number;
  /** Whose turns it hits: those whose stages were started anew, those whose connection broke, or all under way. */
  hits: 'restarted' | 'disconnected' | 'all';
  /** The longest silence at p95, ms, that callers may hear whose turns it hits. */
  resumeP95Ms?: number;
  excuses?: Excuses;
  /** What callers' streams held in Redis is gone afterwards. */
  emptiesRedis?: true;
  /** Does it, and resolves when all processes and servers are well again. */
  strike(scene: Scene): Promise<void>;
  /** What is to be said of the run as a whole. */
  judge?(evidence: readonly Evidence[]): Note[];
  /** Whether the network doubles callers' messages meanwhile. */
  doublesFrames?: true;
  /** Works on the network: workers and callers go through proxies, which cost the machine as much as a worker. */
  network?: true;
  /** Callers take their time between an answer and their next words, ms, instead of going on at once. */
  pauseMs?: { least: number; most: number };
  /** Needs recordings on a disk that can be filled. */
  fillsDisk?: true;
}
