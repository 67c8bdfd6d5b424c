import { type CallEvent, eventSchema, type Placed } from '../stream/events.ts';
import { usageError } from './error.ts';
import { suggestion } from './nearest.ts';
import { quote } from './settings-option.ts';

export const eventTypes: string[] = eventSchema.options.map((option) => option.shape.type.value);

/**
 * A test for events by type (`turn.final`) or by prefix (`turn.*`); without filters all pass. Throws CliError
 * (2) for a filter that no event can pass.
 */
export function eventFilter(filters: readonly string[]): (event: CallEvent) => boolean {
  const wanted = new Set<string>();
  for (const filter of filters) {
    const matching = eventTypes.filter((type) =>
      filter.endsWith('*') ? type.startsWith(filter.slice(0, -1)) : type === filter,
    );
    if (matching.length === 0) {
      throw usageError(
        `--event: no event is called ${quote(filter)}.${suggestion(filter, eventTypes)} The events are ${eventTypes.join(', ')}; turn.* stands for all of a kind.`,
      );
    }
    for (const type of matching) wanted.add(type);
  }
  return (event) => wanted.size === 0 || wanted.has(event.type);
}

/** `14:02:11.345  turn.final           turn=1 revision=1 text="What is…"`. */
export function eventLine({ type, at, id: _place, ...rest }: Placed<CallEvent>): string {
  const details = Object.entries(rest).map(([key, value]) => `${key}=${detail(value)}`);
  return `${new Date(at).toISOString().slice(11, 23)}  ${type.padEnd(WIDEST)}  ${details.join(' ')}`;
}

const WIDEST = Math.max(...eventTypes.map((type) => type.length));

function detail(value: unknown): string {
  if (typeof value === 'number') return String(Math.round(value * 1_000) / 1_000);
  return JSON.stringify(value);
}
