import type { Database } from './database.ts';

/** Durations that are kept of every turn, by their columns in `turn_hours` and in `turns`. */
export const durations = {
  voice_to_voice: 'voice_to_voice_ms',
  detection: 'detection_ms',
  recognition: 'recognition_ms',
  endpointing: 'endpointing_ms',
  reply: 'reply_ms',
  speech: 'speech_ms',
  first_token: 'first_token_ms',
  first_voice: 'first_voice_ms',
} as const;

export type Duration = keyof typeof durations;
export const durationNames = Object.keys(durations) as Duration[];

/** What is counted or added up of turns, by column, from a row of `turns`. */
const sums = {
  turns: 'count(*)::int',
  interrupted: 'count(*) filter (where interrupted)::int',
  unheard: `count(*) filter (where outcome = 'unheard')::int`,
  not_understood: `count(*) filter (where outcome = 'not-understood')::int`,
  apologies: `count(*) filter (where outcome = 'apology')::int`,
  failed: `count(*) filter (where outcome = 'failed')::int`,
  from_cache: `count(*) filter (where source = 'cache')::int`,
  listen_fallbacks: `count(*) filter (where 'listen' = any(fallbacks))::int`,
  reply_fallbacks: `count(*) filter (where 'reply' = any(fallbacks))::int`,
  speak_fallbacks: `count(*) filter (where 'speak' = any(fallbacks))::int`,
  restarts: `count(*) filter (where attempts <> '{}')::int`,
  input_tokens: 'sum(input_tokens)::bigint',
  output_tokens: 'sum(output_tokens)::bigint',
  characters: 'sum(characters)::bigint',
  audio_ms: 'coalesce(sum(audio_ms), 0)::float8',
  listen_cost: 'sum(listen_cost)',
  reply_cost: 'sum(reply_cost)',
  speak_cost: 'sum(speak_cost)',
} as const;

export type Sum = keyof typeof sums;
export const sumNames = Object.keys(sums) as Sum[];

export const hourKeys = ['hour', 'domain', 'adapter', 'engine', 'recogniser', 'voice'] as const;

/** The start of the hour, or of another length of time (`5 minutes`), of a turn. */
const startOf = (length: string) => `date_bin('${length}', speech_started_at, timestamptz 'epoch')`;

/**
 * Selects rows as those of `turn_hours` from `source`, which has the columns of `turns`; a row a `length` of time in
 * place of an hour.
 */
export function hoursOf(source: string, of: readonly Duration[] = durationNames, length = '1 hour'): string {
  const packed = of.map((name) => `coalesce(string_agg(float4send(${durations[name]}), ''), '') as ${name}`);
  const columns = [...Object.entries(sums).map(([name, sum]) => `${sum} as ${name}`), ...packed];
  return `select ${startOf(length)} as hour, domain, adapter, engine, recogniser, voice,
    ${columns.join(', ')}
    from ${source} group by 1, 2, 3, 4, 5, 6`;
}

/** The same for the rows of `tool_hours`. What a tool with an effect tells says whether it was done. */
export const toolHoursOf = (source: string): string =>
  `select ${startOf('1 hour')} as hour, domain, adapter, engine, recogniser, voice,
    use ->> 'name' as tool, count(*)::int as uses,
    count(*) filter (where use -> 'output' ->> 'done' = 'false')::int as not_done
    from ${source} cross join lateral jsonb_array_elements(tools) as use group by 1, 2, 3, 4, 5, 6, 7`;

/** Any number; processes that add turns take turns at it. */
const ADDING_LOCK = 7_236_002;

const adding = (() => {
  const plus = (name: string) => `${name} = turn_hours.${name} + excluded.${name}`;
  const append = (name: string) => `${name} = turn_hours.${name} || excluded.${name}`;
  const names = [...hourKeys, ...sumNames, ...durationNames];
  return `
    with waiting as (
      select session, turn from turns_to_add where (select pg_try_advisory_xact_lock(${ADDING_LOCK}))
      limit $1 for update skip locked
    ), taken as (
      delete from turns_to_add using waiting
      where turns_to_add.session = waiting.session and turns_to_add.turn = waiting.turn
      returning turns_to_add.session, turns_to_add.turn
    ), added as materialized (
      select turns.* from turns join taken using (session, turn)
    ), hours as (
      insert into turn_hours (${names.join(', ')}) ${hoursOf('added')}
      on conflict (${hourKeys.join(', ')}) do update set
        ${[...sumNames.map(plus), ...durationNames.map(append)].join(', ')}
    ), tools as (
      insert into tool_hours (${hourKeys.join(', ')}, tool, uses, not_done) ${toolHoursOf('added')}
      on conflict (${hourKeys.join(', ')}, tool) do update set
        uses = tool_hours.uses + excluded.uses, not_done = tool_hours.not_done + excluded.not_done
    )
    select count(*)::int as count from taken`;
})();

/**
 * Adds turns to the hourly figures that reports read, `most` at a time; returns how many. Each turn is added once: it is
 * taken from the list of those that wait and added in one statement. None, while another process is at it.
 */
export async function addTurnsToHours(db: Database, most = 10_000): Promise<number> {
  const { rows } = await db.query<{ count: number }>(adding, [most]);
  return rows[0]!.count;
}
