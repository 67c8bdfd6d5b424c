import type { CallRequest } from '../call/request.ts';

/** How the gateway starts or joins the workflow of a call. */
export interface CallControl {
  /**
   * Resolves when the call runs; says whether it did before. Rejects with CallRefused where the caller is to be told why;
   * any other error means: try again later.
   */
  ensure(request: CallRequest): Promise<'started' | 'running'>;
}

/** The call can't be; the message says why, to the caller's client. */
export class CallRefused extends Error {
  override name = 'CallRefused';
}
