import type { LlmMessage } from '../engines/llm/engine.ts';
import type { RedisClient } from '../stream/connection.ts';
import { dialogueKey, streamTtlMs } from '../stream/keys.ts';

/**
 * The dialogue so far, beside the stream, for `reply` to start from: a hash of `caller-<turn>` and `bot-<turn>`.
 * Writing the same turn again changes nothing. Turns older than the window are dropped.
 */
const WINDOW = 20;

async function put(redis: RedisClient, session: string, side: 'caller' | 'bot', turn: number, text: string) {
  const key = dialogueKey(session);
  await Promise.all([
    redis.hset(key, `${side}-${turn}`, text),
    redis.hdel(key, `${side}-${turn - WINDOW}`),
    redis.pexpire(key, streamTtlMs),
  ]);
}

export const dialogueCaller = (redis: RedisClient, session: string, turn: number, text: string) =>
  put(redis, session, 'caller', turn, text).catch(() => undefined);

/** What the caller heard of the reply to a turn. */
export const dialogueBot = (redis: RedisClient, session: string, turn: number, heard: string) =>
  put(redis, session, 'bot', turn, heard).catch(() => undefined);

/** A turn of the dialogue before the present one; `heard` is absent while its reply is still being spoken. */
export interface PastTurn {
  caller: string;
  heard?: string;
}

/** The turns before `turn`, by number; undefined when Redis does not know what the caller last said. */
export async function readDialogue(
  redis: RedisClient,
  session: string,
  turn: number,
): Promise<Map<number, PastTurn> | undefined> {
  const fields = await redis.hgetall(dialogueKey(session));
  const turns = new Map<number, PastTurn>();
  for (let past = Math.max(1, turn - WINDOW); past < turn; past += 1) {
    const caller = fields[`caller-${past}`];
    if (caller !== undefined) turns.set(past, { caller, heard: fields[`bot-${past}`] });
  }
  return turn === 1 || turns.has(turn - 1) ? turns : undefined;
}

/** Characters that a model is given of a dialogue, whatever callers say or type: some 4,000 tokens. */
const LONGEST_PROMPT = 16_000;

/** As a model wants it, oldest first: the newest turns that fit in. */
export function toMessages(past: Map<number, PastTurn>, caller: string): LlmMessage[] {
  const messages: LlmMessage[] = [{ role: 'caller', text: caller.slice(0, LONGEST_PROMPT) }];
  let room = LONGEST_PROMPT - caller.length;
  for (const turn of [...past.keys()].sort((a, b) => b - a)) {
    const { caller: said, heard } = past.get(turn)!;
    room -= said.length + (heard?.length ?? 0);
    if (room < 0) break;
    if (heard) messages.unshift({ role: 'bot', text: heard });
    messages.unshift({ role: 'caller', text: said });
  }
  return messages;
}
