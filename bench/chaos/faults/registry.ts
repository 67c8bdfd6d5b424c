import { engineFaults } from './engines.ts';
import type { Fault } from './fault.ts';
import { kills } from './kills.ts';
import { machineFaults } from './machine.ts';
import { networkFaults } from './network.ts';
import { rolling } from './rolling.ts';
import { serverFaults } from './servers.ts';
import { versions } from './versions.ts';

export const faults: Fault[] = [
  ...kills,
  ...serverFaults,
  ...networkFaults,
  ...engineFaults,
  ...machineFaults,
  rolling,
  versions,
];
