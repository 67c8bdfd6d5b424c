import { ApplicationFailure } from '@temporalio/activity';
import { DEFAULT_ADAPTER } from '../../call/adapter.ts';
import { domainNames, findDomain } from '../../domains/registry.ts';
import { createAdapter, getAdapter, listAdapters, putPlan } from '../../store/adapters.ts';
import type { Database } from '../../store/database.ts';
import type { ControlActivities } from '../types.ts';

interface ControlDeps {
  /** Rejects where Postgres can't be reached. */
  database(): Promise<Database>;
  /** The task queues of the llm workers that are there. */
  listLlmWorkers(): Promise<string[]>;
}

/** The activities of the workflow that decides on adapters. Doing one again changes nothing. */
export function controlActivities({ database, listLlmWorkers }: ControlDeps): ControlActivities {
  return {
    async saveAdapter(adapter) {
      if (adapter.domain) checkDomain(adapter.domain);
      return createAdapter(await database(), adapter);
    },
    async findAdapter({ ref, domain }) {
      if (domain) checkDomain(domain);
      if (ref === DEFAULT_ADAPTER) return undefined;
      const adapter = await getAdapter(await database(), ref);
      if (!adapter) throw refused(await unknown(ref, await database()));
      if (domain && adapter.domain && adapter.domain !== domain) {
        throw refused(`${ref} is for the domain ${adapter.domain}: it can't be active in ${domain}.`);
      }
      return adapter;
    },
    async keepPlan({ deployment, plan }) {
      await putPlan(await database(), deployment, plan);
    },
    listLlmWorkers,
  };
}

function checkDomain(domain: string) {
  if (findDomain(domain)) return;
  throw refused(`No domain is called ${domain}: there are ${domainNames().join(' and ')}.`);
}

async function unknown(ref: string, database: Database): Promise<string> {
  const names = [...new Set((await listAdapters(database)).map(({ name }) => name))].slice(0, 10);
  const choice = names.length > 0 ? `there are ${names.join(', ')}` : 'none has been created';
  return `There is no adapter ${ref}: ${choice}. Create one with \`orkestra adapter-control create\`.`;
}

const refused = (message: string) => ApplicationFailure.nonRetryable(message, 'BadInput');
