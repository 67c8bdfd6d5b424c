-- One row an appointment; a slot is taken once.
create table clinic_appointments (
  key text not null unique,
  session text not null,
  day date not null,
  time text not null,
  booked_at timestamptz not null default now(),
  primary key (day, time)
);
