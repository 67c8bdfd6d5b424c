/** One line of a process' metrics. */
export interface Sample {
  name: string;
  labels: Record<string, string>;
  value: number;
}

/** What a process exports, and of which type each metric is. */
export interface Exposition {
  types: Map<string, string>;
  samples: Sample[];
}

const TYPE = /^# TYPE (\S+) (\S+)/;
const SAMPLE = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)/;
const LABEL = /([a-zA-Z_]\w*)="((?:[^"\\]|\\.)*)"/g;

/** Reads Prometheus' text format, as far as our processes write it. */
export function parseExposition(text: string): Exposition {
  const types = new Map<string, string>();
  const samples: Sample[] = [];
  for (const line of text.split('\n')) {
    const [, typed, type] = TYPE.exec(line) ?? [];
    if (typed) types.set(typed, type!);
    if (line.startsWith('#')) continue;
    const [, name, labels = '', value] = SAMPLE.exec(line) ?? [];
    if (!name) continue;
    const found = [...labels.matchAll(LABEL)].map(([, key, text]) => [
      key!,
      text!.replace(/\\(.)/g, (_, c: string) => (c === 'n' ? '\n' : c)),
    ]);
    samples.push({ name, labels: Object.fromEntries(found), value: toNumber(value!) });
  }
  return { types, samples };
}

const toNumber = (text: string) => (text === '+Inf' ? Infinity : text === '-Inf' ? -Infinity : Number(text));
