-- One row a use of a tool with an effect, written together with what the tool changed.
create table effects (
  key text primary key,
  session text not null,
  tool text not null,
  result jsonb,
  done_at timestamptz not null default now()
);
