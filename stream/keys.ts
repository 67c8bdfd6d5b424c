/**
 * The Redis keys of a call. The session in braces is the hash tag: all of a call's keys sit in one slot of a
 * Redis Cluster. Each stream's key is also the name of the channel that new entries are pushed on.
 */
export type StreamName = 'events' | 'in' | 'out';

export const streamKey = (session: string, stream: StreamName) => `orkestra:{${session}}:${stream}`;

/** How far one process has come with writing to the call's streams. */
export const writerKey = (session: string, writer: string) => `orkestra:{${session}}:writer:${writer}`;

/** The dialogue so far, for `reply`: a list of JSON, newest last. */
export const dialogueKey = (session: string) => `orkestra:{${session}}:dialogue`;

/** The media format of the caller's socket, as JSON. */
export const formatKey = (session: string) => `orkestra:{${session}}:format`;

/** The utterance that is being played, and how much of it has been heard, as JSON: told now and then. */
export const playedKey = (session: string) => `orkestra:{${session}}:played`;

/** Set where a call was let in before its caller's stream came. */
export const admittedKey = (session: string) => `orkestra:{${session}}:admitted`;

/** What a process is subscribed to for as long as it lives; all in one slot, so that they can be asked for together. */
export const lifelineKey = (processId: string) => `orkestra:{processes}:${processId}`;

/**
 * Most entries that a stream keeps (approximately: Redis trims whole nodes). Events: some 60 turns. In: 2 minutes
 * of speech. Out: 2 minutes of replies.
 */
export const streamLimit: Record<StreamName, number> = { events: 1_000, in: 1_200, out: 240 };

/** A stream that nobody writes to is forgotten after this, ms: longer than the longest pause in a call. */
export const streamTtlMs = 3_600_000;

/** After the end of a call its stream stays this long, ms, for late readers and `monitor-session`. */
export const endedTtlMs = 300_000;
