import { mkdir, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { RecordingConsent } from '../../call/effects.ts';
import type { Logger } from '../../config/log.ts';
import { piecesFolder, recordingPlaces, removeRecording } from '../../store/recordings.ts';
import type { RedisClient } from '../../stream/connection.ts';
import type { Redact } from '../redact.ts';
import type { RecordingOutcome } from '../types.ts';
import { copyNewEntries } from './pieces.ts';
import { renderRecording } from './render.ts';

/** Stands among the pieces of a call whose caller refused: nothing more is kept of it. */
const REFUSED = 'refused';

/** Pieces that nobody has added to for longer than the longest call are of a call that was terminated, ms. */
const FORSAKEN_MS = 90_000_000;

/**
 * Records calls from their live streams into a folder that all analytics workers share: see decision 0021. While a
 * call goes on, what is new is copied after each turn; at its end the pieces become one file.
 */
export class Recorder {
  constructor(
    private readonly redis: RedisClient,
    private readonly folder: string,
    private readonly log: Logger,
    /** Leaves out of captions what is personal. */
    private readonly redact?: Redact,
  ) {}

  /** Keeps what is new in a call. Never rejects: what could not be written is tried again after the next turn. */
  async keep(session: string, consent: RecordingConsent): Promise<void> {
    try {
      if (consent === 'refused') await this.forget(session);
      else if (consent === 'disclosed') await this.copy(session);
    } catch (error) {
      // The call has come to its end meanwhile, and with it all that was to be copied.
      if (existsSync(recordingPlaces(this.folder, session).audio)) return;
      const reason = (error as Error).message;
      this.log.error({ session, folder: this.folder, reason }, 'a call could not be recorded so far');
    }
  }

  /** Makes the call's recording whole. Rejects where the folder or the stream can't be used. */
  async finish(session: string, consent: RecordingConsent): Promise<RecordingOutcome> {
    const { audio, pieces } = recordingPlaces(this.folder, session);
    if (consent === 'refused') await this.forget(session);
    if (consent === 'undisclosed') await removeRecording(this.folder, session);
    if (consent !== 'disclosed') return consent;
    await this.copy(session);
    const kept =
      existsSync(audio) || (await renderRecording(recordingPlaces(this.folder, session), this.redact));
    await rm(pieces, { recursive: true, force: true, maxRetries: 3 });
    return kept ? 'kept' : 'nothing was said';
  }

  /** Removes the pieces of calls that never came to their end. */
  async sweep(now = Date.now()): Promise<void> {
    const all = piecesFolder(this.folder);
    for (const session of await readdir(all).catch(() => [])) {
      const { mtimeMs } = await stat(join(all, session));
      if (now - mtimeMs < FORSAKEN_MS) continue;
      await rm(join(all, session), { recursive: true, force: true });
      this.log.warn({ session }, 'removed what was recorded of a call that did not come to its end');
    }
  }

  private async copy(session: string) {
    const { pieces, audio } = recordingPlaces(this.folder, session);
    if (existsSync(join(pieces, REFUSED)) || existsSync(audio)) return;
    await copyNewEntries(this.redis, session, pieces);
  }

  private async forget(session: string) {
    const { pieces } = recordingPlaces(this.folder, session);
    await removeRecording(this.folder, session);
    await mkdir(pieces, { recursive: true });
    await writeFile(join(pieces, REFUSED), '');
  }
}
