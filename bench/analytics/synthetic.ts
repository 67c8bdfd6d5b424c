import type { Database } from '../../store/database.ts';

/** Calls that are written in one statement: short enough for its time limit. */
const AT_ONCE = 1_500;

export interface SyntheticCalls {
  calls: number;
  /** On average. */
  turnsACall: number;
  from: Date;
  to: Date;
  domain: string;
}

/**
 * Writes calls and their turns as rows, made up in the database: more by day than by night, waits with a long tail, a
 * cache that fills, and a bad hour here and there. The same every time.
 */
export async function writeSyntheticCalls(db: Database, options: SyntheticCalls): Promise<void> {
  for (let first = 0; first < options.calls; first += AT_ONCE) {
    const last = Math.min(first + AT_ONCE, options.calls) - 1;
    await db.query(turnsOf(options, first, last));
    await db.query(callsOf(options, first, last));
  }
}

/** A call's time: three times as many at noon as at midnight. The range is of whole days. */
const beginOf = ({ calls, from, to }: SyntheticCalls) => {
  const days = (to.getTime() - from.getTime()) / 86_400_000;
  const day = `(c * ${days}::float8 / ${calls})`;
  const ofDay = `(${day} - floor(${day}))`;
  return `timestamptz '${from.toISOString()}' + interval '1 day' *
    (floor(${day}) + ${ofDay} + 0.55 / 6.2831853 * sin(6.2831853 * ${ofDay}))`;
};

/** Between 0 and 1, the same for the same call and turn: random() would make two tables disagree. */
const dice = (salt: number, of = 'c * 31 + t') =>
  `((hashint8((${of})::bigint * 1000 + ${salt})::bigint + 2147483648) / 4294967296.0)::float8`;

const turnCount = ({ turnsACall }: SyntheticCalls) =>
  `(1 + floor(${dice(1, 'c')} * ${2 * turnsACall - 1}))::int`;

function turnsOf(options: SyntheticCalls, first: number, last: number): string {
  const { domain } = options;
  return `
    with made as (
      select c, t, begun + interval '1 second' * (8 + 14 * (t - 1)) as at, ${dice(2)} as luck,
        extract(hour from begun) between 8 and 17 as busy,
        exp(0.35 * sqrt(-2 * ln(greatest(1e-9, ${dice(3)}))) * cos(6.2832 * ${dice(4)})) as spread,
        date_trunc('hour', begun) as hour
      from (select c::bigint, ${beginOf(options)} as begun from generate_series(${first}, ${last}) c) calls
      cross join lateral generate_series(1, ${turnCount(options)}) t
    ), waited as (
      select *, luck < 0.18 as cached, abs(hashtext(hour::text)) % 97 = 0 as bad,
        35 + 20 * ${dice(5)} as recognition,
        200 + 250 * (${dice(6)} > 0.8)::int + 40 * ${dice(7)} as endpointing,
        case when luck < 0.18 then 6 + 4 * ${dice(8)}
          else (150 + 90 * busy::int) * spread * (1 + 2 * (abs(hashtext(hour::text)) % 97 = 0)::int) end as reply,
        70 + 35 * spread as speech
      from made
    ), written as (
      insert into turns (session, turn, domain, caller, answer, heard, interrupted, source, adapter, engine, tools,
        speech_started_at, speech_ended_at, final_at, first_sentence_at, first_audio_at, voice_to_voice_ms, outcome,
        recogniser, voice, fallbacks, attempts, input_tokens, output_tokens, characters, audio_ms, played_ms,
        listen_cost, reply_cost, speak_cost, detection_ms, recognition_ms, endpointing_ms, reply_ms, speech_ms,
        first_token_ms, first_voice_ms)
      select '${domain}-' || c, t, '${domain}', 'What is the balance of my account?', 'It is forty-two dollars.',
        'It is forty-two dollars.', luck > 0.91, case when cached then 'cache' when luck > 0.996 then 'apology' else 'model' end,
        case when c % 5 = 0 then 'premium' else 'default' end, 'openai/gpt-4.1-mini',
        case when t % 4 = 2 then jsonb_build_array(jsonb_build_object('name', 'account_balance', 'input', '{}'::jsonb,
          'output', jsonb_build_object('done', luck < 0.9))) else '[]' end,
        at, at + interval '2.4 seconds', at + interval '1 millisecond' * (2600 + recognition + endpointing),
        at + interval '1 millisecond' * (2600 + recognition + endpointing + reply),
        at + interval '1 millisecond' * (2600 + recognition + endpointing + reply + speech),
        200 + recognition + endpointing + reply + speech,
        case when luck > 0.9995 then 'failed' when luck > 0.996 then 'apology' when luck > 0.975 then 'not-understood'
          when luck > 0.91 then 'interrupted' else 'answered' end,
        'deepgram/nova-3', 'openai/gpt-4o-mini-tts',
        case when bad and luck > 0.5 then array['reply'] else '{}' end,
        case when luck > 0.499 and luck < 0.5 then '{"speak": 2}'::jsonb else '{}' end,
        400 + (300 * ${dice(9)})::int, 20 + (60 * ${dice(10)})::int, 24, 2900, 1800,
        2900 / 60000.0 * 0.0077, 0.0002, 24 / 1000.0 * 0.015, 200, recognition, endpointing, reply, speech,
        case when cached then null else reply * 0.7 end, speech
      from waited
      on conflict do nothing returning session, turn
    )
    insert into turns_to_add select session, turn from written`;
}

function callsOf(options: SyntheticCalls, first: number, last: number): string {
  const { domain } = options;
  return `
    with made as (
      select c, begun, ${turnCount(options)} as turns, ${dice(11, 'c')} as luck
      from (select c::bigint, ${beginOf(options)} as begun from generate_series(${first}, ${last}) c) calls
    )
    insert into calls (session, domain, started_at, ended_at, reason, turns, outcome, resolved, answered_at, customer,
      origin, idle_prompts, caller_ms, bot_ms, silent_ms, handle_ms, cost, adapters, engines)
    select '${domain}-' || c, '${domain}', begun, begun + interval '1 second' * (12 + 14 * turns), 'the caller hung up',
      turns, case when luck < 0.86 then 'completed' when luck < 0.95 then 'transferred' when luck < 0.98 then 'silent'
        else 'dropped' end,
      luck < 0.8, begun + interval '1 second', 'cust-' || (c % 50000), 'twilio', (luck > 0.9)::int, 2400 * turns,
      4800 * turns, 11000 + 6800 * turns, 11000 + 14000 * turns, 0.0125 * ceil((11 + 14 * turns) / 60.0),
      array[case when c % 5 = 0 then 'premium' else 'default' end],
      array['openai/gpt-4.1-mini', 'deepgram/nova-3', 'openai/gpt-4o-mini-tts']
    from made on conflict do nothing`;
}
