/** What the orchestrator runs. */
export { call } from './call.ts';
