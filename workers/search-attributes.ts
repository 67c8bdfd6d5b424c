import type { NativeConnection } from '@temporalio/worker';
import type { Logger } from '../config/log.ts';
import { searchAttributes } from '../workflows/messages.ts';

/** temporal.api.enums.v1.IndexedValueType */
const INDEXED_VALUE_TYPE = { KEYWORD: 2, INT: 3 } as const;

/**
 * Makes sure that Temporal knows the search attributes of calls. Where this process may not add them (Temporal
 * Cloud), it says which ones an operator has to.
 */
export async function ensureSearchAttributes(connection: NativeConnection, namespace: string, log: Logger) {
  const wanted = Object.values(searchAttributes);
  try {
    const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace });
    const missing = wanted.filter(({ name }) => !(name in customAttributes));
    if (missing.length === 0) return;
    await connection.operatorService.addSearchAttributes({
      namespace,
      searchAttributes: Object.fromEntries(missing.map(({ name, type }) => [name, INDEXED_VALUE_TYPE[type]])),
    });
    log.info({ added: missing.map(({ name }) => name) }, 'search attributes added');
  } catch (error) {
    const list = wanted.map(({ name, type }) => `${name} (${type})`).join(', ');
    log.warn({ error: (error as Error).message }, `search attributes can't be added; calls need ${list}`);
  }
}
