/** What the orchestrator runs. */
export { adapterControl } from './adapters/control.ts';
export { call } from './call.ts';
export { webhooks } from './webhooks.ts';
