-- One row a call, one row a turn, one row a stored answer. Times are of the process that saw them.
create table calls (
  session text primary key,
  domain text not null,
  started_at timestamptz not null,
  ended_at timestamptz not null,
  reason text not null,
  turns integer not null
);

create table turns (
  session text not null,
  turn integer not null,
  domain text not null,
  caller text not null,
  answer text not null,
  heard text not null,
  interrupted boolean not null,
  source text not null,
  adapter text not null,
  engine text not null,
  tools jsonb not null,
  speech_started_at timestamptz not null,
  speech_ended_at timestamptz not null,
  final_at timestamptz not null,
  first_sentence_at timestamptz,
  first_audio_at timestamptz,
  voice_to_voice_ms real,
  primary key (session, turn)
);

create extension if not exists vector;

create table answers (
  id bigint generated always as identity primary key,
  domain text not null,
  language text not null,
  adapter text not null,
  prompt_version text not null,
  question text not null,
  answer text not null,
  embedding vector(384) not null,
  created_at timestamptz not null default now(),
  unique (domain, language, adapter, prompt_version, question)
);
create index answers_by_closeness on answers using hnsw (embedding vector_cosine_ops);
