import {
  WorkflowNotFoundError,
  WorkflowUpdateFailedError,
  WorkflowUpdateRPCTimeoutOrCancelledError,
} from '@temporalio/client';
import { type AdapterControl, adapterControl, AdapterRefused } from '../api/adapters.ts';
import { adapterRefSchema, type AdapterPlan } from '../call/adapter.ts';
import { domainNameSchema, workflowIdOf } from '../call/request.ts';
import { useAdapterUpdate } from '../workflows/messages.ts';
import { statusOf, unknownSession } from './call-workflow.ts';
import { connectTemporal, within } from './connect-temporal.ts';
import { CliError, usageError } from './error.ts';
import { findPlaces } from './places.ts';
import { quote } from './settings-option.ts';

/** Runs `act` on the deployment's adapters. Throws CliError with what was refused, or where nobody answers. */
export async function withAdapterControl<T>(act: (control: AdapterControl) => Promise<T>): Promise<T> {
  const places = findPlaces();
  const temporal = await connectTemporal(places);
  try {
    return await act(adapterControl(temporal.client, places.config.temporal.taskQueuePrefix));
  } catch (error) {
    if (error instanceof AdapterRefused) throw new CliError(error.message, 1, { cause: error });
    if (error instanceof WorkflowUpdateRPCTimeoutOrCancelledError) throw nobodyAnswers();
    throw error;
  } finally {
    await temporal.close();
  }
}

const nobodyAnswers = () =>
  new CliError('Nobody answers: see with `orkestra orchestrator-health` whether an orchestrator runs.');

/** An orchestrator answers an update within this, ms. */
const UPDATE_TIMEOUT_MS = 10_000;

/** Switches the adapter of a live call; returns the version that answers now. Throws CliError. */
export async function switchCall(session: string, adapter: string): Promise<string> {
  const temporal = await connectTemporal(findPlaces());
  const ended = new CliError(
    `The call of session ${session} has already ended: nothing answers in it any more.`,
  );
  try {
    const status = await statusOf(temporal, session);
    if (status === 'unknown') throw unknownSession(session);
    if (status === 'ended') throw ended;
    const handle = temporal.client.workflow.getHandle(workflowIdOf(session));
    const update = () => handle.executeUpdate(useAdapterUpdate, { args: [{ adapter }] });
    return (await within(temporal.connection, update, UPDATE_TIMEOUT_MS)).adapter;
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) throw ended;
    if (error instanceof WorkflowUpdateFailedError) {
      throw new CliError(error.cause?.message ?? error.message, 1, { cause: error });
    }
    if (error instanceof WorkflowUpdateRPCTimeoutOrCancelledError) throw nobodyAnswers();
    throw error;
  } finally {
    await temporal.close();
  }
}

/** An adapter from the command line: `formal`, `formal@2`, `default`. Throws CliError (2). */
export function parseAdapter(text: string): string {
  const result = adapterRefSchema.safeParse(text);
  if (result.success) return result.data;
  throw usageError(`${quote(text)} can't be an adapter: ${result.error.issues[0]!.message}.`);
}

/** Throws CliError (2). */
export function parseDomain(text: string): string {
  const result = domainNameSchema.safeParse(text);
  if (result.success) return result.data;
  throw usageError(`--domain ${quote(text)}: ${result.error.issues[0]!.message}.`);
}

/** What new calls get of an adapter: `active in banking (20 % of new calls)`; nothing where it is not active. */
export function activeWords({ active }: AdapterPlan, ref: string): string[] {
  return Object.entries(active).flatMap(([domain, { base, trial }]) => {
    if (trial?.adapter === ref) return [`active in ${domain} (${trial.percent} % of new calls)`];
    return base === ref
      ? [`active in ${domain}${trial ? ` (${100 - trial.percent} % of new calls)` : ''}`]
      : [];
  });
}
