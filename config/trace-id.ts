import { createHash } from 'node:crypto';

const digest = (text: string) => createHash('sha256').update(text).digest('hex');

/**
 * The trace of a call, as OpenTelemetry writes it. It follows from the session alone, so that every process, and every
 * attempt, knows it without being told (decision 0020).
 */
export const traceIdOf = (session: string) => digest(session).slice(0, 32);

/** The span of the call itself (`call`), or of one of its turns (`turn 3`). */
export const spanIdOf = (session: string, name: string) => digest(`${session}/${name}`).slice(0, 16);
