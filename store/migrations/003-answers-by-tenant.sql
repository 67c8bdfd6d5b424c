do $$
begin
  if (select string_to_array(extversion, '.')::int[] < '{0,8}' from pg_extension where extname = 'vector') then
    raise exception 'pgvector 0.8 or newer is needed: install it, then run "alter extension vector update"';
  end if;
end
$$;

-- What was stored before was stored under weaker rules: a cache may start empty.
drop table answers;

create table answers (
  id bigint generated always as identity primary key,
  tenant text not null,
  domain text not null,
  language text not null,
  adapter text not null,
  prompt_version text not null,
  -- The embedding model: vectors of two models can't be compared.
  model text not null,
  question text not null,
  -- The question without case and punctuation.
  words text not null,
  answer text not null,
  embedding vector(384) not null,
  uses integer not null default 0,
  created_at timestamptz not null default now(),
  used_at timestamptz,
  expires_at timestamptz not null,
  unique (tenant, domain, language, adapter, prompt_version, model, words)
);
create index answers_by_closeness on answers using hnsw (embedding vector_cosine_ops);
create index answers_by_expiry on answers (expires_at);

-- The answers of one scope whose questions are no farther than `farthest` (cosine distance), closest first. A small
-- scope is read whole, which misses nothing. In a large one the index is walked from the closest entry outwards,
-- those of other scopes passed over, until `farthest` is reached: other scopes' entries cannot hide this one's.
create function closest_answers(
  in_tenant text, in_domain text, in_language text, in_adapter text, in_prompt_version text, in_model text,
  query vector, farthest float8, most integer
) returns table (id bigint, question text, answer text, distance float8)
language plpgsql stable
set hnsw.iterative_scan = 'strict_order'
set enable_sort = off
as $$
declare
  small constant integer := 100;
  one record;
  found_ids integer := 0;
begin
  perform from answers a
    where a.tenant = in_tenant and a.domain = in_domain and a.language = in_language and a.adapter = in_adapter
      and a.prompt_version = in_prompt_version and a.model = in_model
    offset small limit 1;
  if not found then
    return query
      with scope as materialized (
        select a.id, a.question, a.answer, a.embedding <=> query as distance from answers a
        where a.tenant = in_tenant and a.domain = in_domain and a.language = in_language
          and a.adapter = in_adapter and a.prompt_version = in_prompt_version and a.model = in_model
          and a.expires_at > now()
      )
      select s.id, s.question, s.answer, s.distance from scope s
      where s.distance <= farthest order by s.distance limit most;
    return;
  end if;
  for one in
    select a.id, a.tenant, a.domain, a.language, a.adapter, a.prompt_version, a.model, a.question, a.answer,
      a.expires_at, a.embedding <=> query as distance
    from answers a order by a.embedding <=> query
  loop
    exit when one.distance > farthest;
    if one.tenant = in_tenant and one.domain = in_domain and one.language = in_language
      and one.adapter = in_adapter and one.prompt_version = in_prompt_version and one.model = in_model
      and one.expires_at > now()
    then
      id := one.id;
      question := one.question;
      answer := one.answer;
      distance := one.distance;
      return next;
      found_ids := found_ids + 1;
      exit when found_ids >= most;
    end if;
  end loop;
end
$$;
