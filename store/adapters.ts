import { type Adapter, type AdapterPlan, type NewAdapter, parseRef, pickAdapter } from '../call/adapter.ts';
import type { Database } from './database.ts';

interface Row {
  version: number;
  definition: NewAdapter;
  created_at: Date;
}

const columns = 'version, definition, created_at';
const adapterOf = ({ version, definition, created_at }: Row): Adapter => ({
  ...definition,
  version,
  createdAt: created_at.getTime(),
});

/** All versions of all adapters, by name, the newest version first. */
export async function listAdapters(db: Database): Promise<Adapter[]> {
  const { rows } = await db.query<Row>(`select ${columns} from adapters order by name, version desc`);
  return rows.map(adapterOf);
}

/** The version that `ref` (`formal`, `formal@2`) means, or none. */
export async function getAdapter(db: Database, ref: string): Promise<Adapter | undefined> {
  const { name } = parseRef(ref);
  const { rows } = await db.query<Row>(`select ${columns} from adapters where name = $1`, [name]);
  return pickAdapter(rows.map(adapterOf), ref);
}

/**
 * Creates an adapter, or the next version of one that is there. Where its newest version is the same already,
 * nothing is written and that version comes back.
 */
export async function createAdapter(db: Database, adapter: NewAdapter): Promise<Adapter> {
  const client = await db.connect();
  try {
    await client.query('begin');
    // Two at once take turns: each would choose the same version.
    await client.query('select pg_advisory_xact_lock(hashtext($1))', [`adapter ${adapter.name}`]);
    const { rows: same } = await client.query<Row>(
      `select ${columns} from adapters where name = $1 and definition = $2::jsonb
       and version = (select max(version) from adapters where name = $1)`,
      [adapter.name, JSON.stringify(adapter)],
    );
    const { rows: written } = same[0]
      ? { rows: same }
      : await client.query<Row>(
          `insert into adapters (name, version, definition)
           select $1, coalesce(max(version), 0) + 1, $2::jsonb from adapters where name = $1
           returning ${columns}`,
          [adapter.name, JSON.stringify(adapter)],
        );
    await client.query('commit');
    return adapterOf(written[0]!);
  } catch (error) {
    await client.query('rollback').catch(() => undefined);
    throw error;
  } finally {
    client.release();
  }
}

/** Keeps a deployment's plan, unless a later one is there. */
export async function putPlan(db: Database, deployment: string, plan: AdapterPlan): Promise<void> {
  await db.query(
    `insert into adapter_plans (deployment, revision, plan) values ($1, $2, $3)
     on conflict (deployment) do update set revision = excluded.revision, plan = excluded.plan
     where adapter_plans.revision < excluded.revision`,
    [deployment, plan.revision, JSON.stringify(plan)],
  );
}

/** A deployment's plan, with the adapters that it names. */
export async function readPlan(
  db: Database,
  deployment: string,
): Promise<{ plan: AdapterPlan; adapters: Adapter[] }> {
  const { rows } = await db.query<{ plan: AdapterPlan }>(
    'select plan from adapter_plans where deployment = $1',
    [deployment],
  );
  const plan = rows[0]?.plan ?? { revision: 0, loaded: [], active: {} };
  if (plan.loaded.length === 0) return { plan, adapters: [] };
  const { rows: adapters } = await db.query<Row>(
    `select ${columns} from adapters where name || '@' || version = any($1)`,
    [plan.loaded],
  );
  return { plan, adapters: adapters.map(adapterOf) };
}
