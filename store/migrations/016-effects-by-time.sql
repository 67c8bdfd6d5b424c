-- Retention goes by time, erasure by session.
create index effects_by_time on effects (done_at);
create index effects_by_session on effects (session);
