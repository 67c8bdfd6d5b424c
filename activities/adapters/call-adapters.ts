import { createHash } from 'node:crypto';
import { ApplicationFailure } from '@temporalio/activity';
import { type AdapterPlan, DEFAULT_ADAPTER, pickAdapter, refOf } from '../../call/adapter.ts';
import { readPlan } from '../../store/adapters.ts';
import type { Database } from '../../store/database.ts';
import { CallStream, now } from '../../stream/call-stream.ts';
import type { StreamHub } from '../../stream/hub.ts';
import type { CallAdapterActivities, SwitchInput } from '../types.ts';

interface CallAdapterDeps {
  hub: StreamHub;
  /** Rejects where Postgres can't be reached. */
  database(): Promise<Database>;
}

/** The activities that switch the adapter of a call. Doing one again changes nothing. */
export function callAdapterActivities({ hub, database }: CallAdapterDeps): CallAdapterActivities {
  const tell = async ({ session, nth, acceptedAt }: SwitchInput, adapter: string) => {
    const event = { type: 'call.adapter' as const, at: now(), nth, adapter, acceptedAt };
    await new CallStream(hub, session).emit(event);
    return { adapter };
  };
  return {
    async useAdapter(input) {
      if (input.adapter === DEFAULT_ADAPTER) return tell(input, DEFAULT_ADAPTER);
      const { adapters } = await readPlan(await database(), input.deployment);
      const adapter = pickAdapter(adapters, input.adapter);
      if (!adapter) throw notLoaded(input.adapter, adapters.map(refOf));
      if (adapter.domain && adapter.domain !== input.domain) {
        const message = `${refOf(adapter)} is for the domain ${adapter.domain}, and this call is about ${input.domain}.`;
        throw ApplicationFailure.nonRetryable(message, 'BadInput');
      }
      return tell(input, refOf(adapter));
    },
    async chooseAdapter(input) {
      const { plan } = await readPlan(await database(), input.deployment);
      const adapter = adapterForNewCall(plan, input.domain, input.session);
      return adapter === DEFAULT_ADAPTER ? { adapter } : tell(input, adapter);
    },
  };
}

function notLoaded(ref: string, loaded: string[]) {
  const choice = loaded.length > 0 ? `loaded are ${loaded.join(', ')}` : 'none is loaded';
  const message = `No adapter ${ref} is loaded: ${choice}. Load one with \`orkestra adapter-control load NAME\`.`;
  return ApplicationFailure.nonRetryable(message, 'BadInput');
}

/**
 * What a new call of a domain gets. The session alone decides who is in a share of the calls, so that the same
 * session always comes out the same, and those in a small share are in a larger one too.
 */
export function adapterForNewCall({ active }: AdapterPlan, domain: string, session: string): string {
  const { base = DEFAULT_ADAPTER, trial } = active[domain] ?? {};
  return trial && shareOf(session) < trial.percent ? trial.adapter : base;
}

/** 0–99, evenly spread over sessions. */
const shareOf = (session: string) =>
  createHash('sha256').update(`adapter ${session}`).digest().readUInt32BE() % 100;
