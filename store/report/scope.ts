/** Of what a report is: turns and calls that began from `from` on and before `to`. */
export interface ReportScope {
  from: Date;
  to: Date;
  domain?: string;
  adapter?: string;
  /** Of whatever kind: `deepgram/nova-3`, or `deepgram` for all of its models. */
  engine?: string;
}

export const HOUR_MS = 3_600_000;

/** How long a time is that a report's chart shows as one point, ms: some 12 to 170 of them. */
export function binOf({ from, to }: ReportScope): number {
  const hours = (to.getTime() - from.getTime()) / HOUR_MS;
  if (hours <= 6) return HOUR_MS / 12;
  return hours <= 7 * 24 ? HOUR_MS : 24 * HOUR_MS;
}

/** Conditions on `turns` or `turn_hours` beside time; `$3`, `$4` and `$5` are domain, adapter and engine. */
export const turnFilter = `
  ($3::text is null or domain = $3) and ($4::text is null or adapter = $4) and ($5::text is null or $5 in
    (engine, recogniser, voice, split_part(engine, '/', 1), split_part(recogniser, '/', 1), split_part(voice, '/', 1)))`;

/** The same of `calls`: those with a turn of that adapter or engine. */
export const callFilter = `
  ($3::text is null or domain = $3) and ($4::text is null or $4 = any(adapters)) and
  ($5::text is null or exists (select from unnest(engines) e where $5 in (e, split_part(e, '/', 1))))`;

/** `$1` to `$5` of the statements of a report. */
export const scopeValues = ({ from, to, domain, adapter, engine }: ReportScope) => [
  from,
  to,
  domain ?? null,
  adapter ?? null,
  engine ?? null,
];
