import { defaultPayloadConverter, type Payload, type PayloadConverter } from '@temporalio/common';

/** What a payload that can't be read is taken for: no message's schema accepts it. */
export const UNREADABLE = 'a payload that can’t be read';

/**
 * Temporal's own converter, for payloads that anybody may send: one in an encoding that it does not know would
 * otherwise fail the workflow task of its signal, again and again, and the call would stand still.
 */
export const payloadConverter: PayloadConverter = {
  toPayload: (value, context) => defaultPayloadConverter.toPayload(value, context),
  fromPayload<T>(payload: Payload): T {
    try {
      return defaultPayloadConverter.fromPayload<T>(payload);
    } catch {
      return UNREADABLE as T;
    }
  },
};
