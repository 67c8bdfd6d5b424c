import { setTimeout as sleep } from 'node:timers/promises';
import type { Fault } from './fault.ts';

const SECOND = 1_000;

export const machineFaults: Fault[] = [
  {
    name: 'disk-full',
    about: 'the disk that recordings are on is full for 10 s; calls go on, the recordings may lack something',
    trials: 3,
    hits: 'all',
    resumeP95Ms: 2 * SECOND,
    excuses: { recording: true },
    fillsDisk: true,
    async strike({ platform, moment, struck }) {
      await moment();
      struck();
      platform.disk.fill();
      await sleep(10 * SECOND);
      platform.disk.empty();
      await sleep(3 * SECOND);
    },
  },
  {
    name: 'clock-jumps',
    about: 'the wall clock of every worker jumps by up to a minute, ahead or back; its timers do not',
    trials: 12,
    hits: 'all',
    resumeP95Ms: 2 * SECOND,
    excuses: { recording: true },
    async strike({ platform, random, moment, struck }) {
      const shiftMs = Math.round((random.next() * 2 - 1) * 60 * SECOND);
      await moment();
      struck();
      platform.setClock(shiftMs);
      await sleep(4 * SECOND);
    },
  },
];
