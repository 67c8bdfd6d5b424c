-- A bank's customers, as far as a caller can ask about them. Money is in cents.
create table customers (
  id text primary key check (id ~ '^[0-9]{6}$'),
  name text not null,
  date_of_birth date not null,
  postcode text not null,
  phone text not null,
  -- The four digits of the telephone code, by scrypt.
  code_salt text not null,
  code_hash text not null,
  opted_out boolean not null default false,
  recording_consent boolean not null default true
);

create table accounts (
  number text primary key check (number ~ '^[0-9]{10}$'),
  customer text not null references customers,
  type text not null check (type in ('checking', 'savings', 'loan')),
  balance_cents bigint not null,
  card_last4 text,
  card_state text check (card_state in ('active', 'blocked'))
);
create index accounts_by_customer on accounts (customer);

-- What was agreed on the telephone; staff confirm it. The key names the one use of the tool that wrote the row.
create table payment_plans (
  key text primary key,
  session text not null,
  customer text references customers,
  debt_cents bigint not null,
  months integer not null,
  proposed_at timestamptz not null default now()
);

create table privacy_requests (
  key text primary key,
  session text not null,
  customer text references customers,
  made_at timestamptz not null default now()
);
