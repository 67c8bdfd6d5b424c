import { DefaultFailureConverter } from '@temporalio/common';

/** Puts messages and stacks of failed activities into a payload, which the codec encrypts. */
export const failureConverter = new DefaultFailureConverter({ encodeCommonAttributes: true });
