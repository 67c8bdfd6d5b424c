import type { Door } from '../door.ts';
import type { Target } from '../system.ts';

/** Opens a door of a running system; `title` is its name before that. */
export interface DoorMaker {
  title: string;
  open(target: Target): Promise<Door>;
}
