import type { CallRequest } from '../call/request.ts';
import type { CallSettings } from '../call/settings.ts';

/** How the gateway starts or joins the workflow of a call. */
export interface CallControl {
  /**
   * Resolves to the call's settings: those of the request, or, where it was running already, its own. Rejects with
   * CallRefused where the caller is to be told why; any other error means: try again later.
   */
  ensure(request: CallRequest): Promise<CallSettings>;
}

/** The call can't be; the message says why, to the caller's client. */
export class CallRefused extends Error {
  override name = 'CallRefused';
}
