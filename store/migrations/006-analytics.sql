-- What analytics needs to know of turns and calls. Durations are in ms, money in the price table's currency.
alter table turns
  -- answered, interrupted, unheard (nothing of it was played), not-understood (the domain's words for that),
  -- apology (the model failed), failed (no stage could do it).
  add column outcome text not null default 'answered',
  add column confidence real,
  add column similarity real,
  add column recogniser text not null default '',
  add column voice text not null default '',
  -- Stages that an engine did that was not the first choice, and how often stages were started that needed more.
  add column fallbacks text[] not null default '{}',
  add column attempts jsonb not null default '{}',
  add column input_tokens integer not null default 0,
  add column output_tokens integer not null default 0,
  add column characters integer not null default 0,
  add column audio_ms real,
  add column played_ms real,
  add column listen_cost double precision not null default 0,
  add column reply_cost double precision not null default 0,
  add column speak_cost double precision not null default 0,
  -- The stages of the wait that a caller hears, one after the other: together they are voice_to_voice_ms.
  add column detection_ms real,
  add column recognition_ms real,
  add column endpointing_ms real,
  add column reply_ms real,
  add column speech_ms real,
  -- Of the engines alone: the model's first word, the first audio of the first sentence.
  add column first_token_ms real,
  add column first_voice_ms real;

update turns set
  outcome = case when source = 'apology' then 'apology' when interrupted then 'interrupted'
    when heard = '' then 'unheard' else 'answered' end,
  reply_ms = extract(epoch from greatest(first_sentence_at, final_at) - final_at) * 1000,
  speech_ms = extract(epoch from first_audio_at - greatest(first_sentence_at, final_at)) * 1000;

create index turns_by_time on turns (speech_started_at);

alter table calls
  add column outcome text not null default 'ended',
  -- By what the call itself tells; see followed_at.
  add column resolved boolean not null default false,
  -- When the bot was first heard: handle time begins here.
  add column answered_at timestamptz,
  add column customer text,
  add column phone text,
  add column origin text,
  add column transfer text,
  add column idle_prompts integer not null default 0,
  add column caller_ms real,
  add column bot_ms real,
  add column silent_ms real,
  -- From its first word to the end, where the caller heard the bot.
  add column handle_ms real,
  -- Of the line, and of words from outside; the turns' are with them.
  add column cost double precision not null default 0,
  add column adapters text[] not null default '{}',
  add column engines text[] not null default '{}',
  add column loss real,
  add column jitter_ms real,
  add column mos real,
  -- When the same customer, or the same phone, called about the same domain again.
  add column followed_at timestamptz;

create index calls_by_time on calls (started_at);
create index calls_by_customer on calls (customer, domain, started_at) where customer is not null;
create index calls_by_phone on calls (phone, domain, started_at) where phone is not null;

-- What reports read: a row an hour, domain, adapter and set of engines. The last columns hold every turn's duration,
-- packed as 4-byte floats (big-endian), so that percentiles are exact.
create table turn_hours (
  hour timestamptz not null,
  domain text not null,
  adapter text not null,
  engine text not null,
  recogniser text not null,
  voice text not null,
  turns integer not null,
  interrupted integer not null,
  unheard integer not null,
  not_understood integer not null,
  apologies integer not null,
  failed integer not null,
  from_cache integer not null,
  listen_fallbacks integer not null,
  reply_fallbacks integer not null,
  speak_fallbacks integer not null,
  restarts integer not null,
  input_tokens bigint not null,
  output_tokens bigint not null,
  characters bigint not null,
  audio_ms double precision not null,
  listen_cost double precision not null,
  reply_cost double precision not null,
  speak_cost double precision not null,
  voice_to_voice bytea not null,
  detection bytea not null,
  recognition bytea not null,
  endpointing bytea not null,
  reply bytea not null,
  speech bytea not null,
  first_token bytea not null,
  first_voice bytea not null,
  primary key (hour, domain, adapter, engine, recogniser, voice)
);

-- The same for the tools that replies used.
create table tool_hours (
  hour timestamptz not null,
  domain text not null,
  adapter text not null,
  engine text not null,
  recogniser text not null,
  voice text not null,
  tool text not null,
  uses integer not null,
  not_done integer not null,
  primary key (hour, domain, adapter, engine, recogniser, voice, tool)
);

-- Turns that turn_hours does not hold yet.
create table turns_to_add (
  session text not null,
  turn integer not null,
  primary key (session, turn)
);
insert into turns_to_add select session, turn from turns;
