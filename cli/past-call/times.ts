import type { History } from '@temporalio/common/lib/proto-utils.js';

type Timestamp = NonNullable<NonNullable<History['events']>[number]['eventTime']>;

/** ms since the Unix epoch. A history from a file has plain numbers where one from a server has long ones. */
export function inMs({ seconds, nanos }: Timestamp): number {
  return Number(String(seconds ?? 0)) * 1_000 + Math.round((nanos ?? 0) / 1_000_000);
}
