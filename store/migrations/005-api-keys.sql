-- One row a key of the HTTP API. Only a key's hash is kept: whoever reads this table can't use it.
create table api_keys (
  id text primary key,
  name text not null,
  hash text not null unique,
  scopes text[] not null,
  created_at timestamptz not null default now(),
  expires_at timestamptz,
  used_at timestamptz,
  revoked_at timestamptz
);
