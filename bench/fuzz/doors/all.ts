import type { Door } from '../door.ts';
import { codecDoor, wavDoor } from './audio.ts';
import { answersDoor, configDoor, configFileDoor, priceDoor, requestDoor, settingsDoor } from './files.ts';
import { pcmFramesDoor, twilioFramesDoor } from './media.ts';
import { streamDoor } from './stream.ts';

/** Doors whose keeper is a function of this process: a case costs well under a millisecond. */
export const doorsInProcess: readonly Door[] = [
  wavDoor,
  codecDoor,
  streamDoor,
  twilioFramesDoor,
  pcmFramesDoor,
  configDoor,
  configFileDoor,
  priceDoor,
  answersDoor,
  settingsDoor,
  requestDoor,
];
