/** What the orchestrator runs. */
export { adapterControl } from './adapters/control.ts';
export { call } from './call.ts';
export { webhooks } from './webhooks.ts';

/**
 * Temporal notes where each promise was made, by a whole stack that it looks up in the source map: a third of the
 * workflows' time. Three frames still tell where an error comes from.
 */
Error.stackTraceLimit = 3;
