-- One row a version of an adapter; a version never changes.
create table adapters (
  name text not null,
  version integer not null,
  definition jsonb not null,
  created_at timestamptz not null default now(),
  primary key (name, version)
);

-- What each deployment has loaded and active, as its control workflow decided: for workers that start.
create table adapter_plans (
  deployment text primary key,
  revision bigint not null,
  plan jsonb not null
);
