import fc from 'fast-check';

/** Text of every kind: words, control characters, half surrogates, what other programs take for commands, and long ones. */
export const text = fc.oneof(
  { weight: 4, arbitrary: fc.string({ maxLength: 40 }) },
  { weight: 3, arbitrary: fc.string({ unit: 'grapheme', maxLength: 40 }) },
  { weight: 3, arbitrary: fc.string({ unit: 'binary', maxLength: 40 }) },
  {
    weight: 2,
    arbitrary: fc.constantFrom(
      '',
      ' ',
      '\0',
      '\ud800',
      '../../../etc/passwd',
      "'; drop table turns; --",
      '$(reboot)',
      '%00%ff%',
      '{{7*7}}',
      '__proto__',
      'constructor',
      'toString',
      '-1',
      '1e999',
      'null',
      'true',
      '\r\nX-Injected: 1',
      '<Say>hello</Say>',
    ),
  },
  { weight: 1, arbitrary: fc.nat(20_000).map((length) => 'x'.repeat(length)) },
);

/** As UTF-8 carries it: without halves of characters. */
export const wellFormed = (words: string) => Buffer.from(words).toString();

/** Any value that JSON can carry, deep and odd ones too. */
export const json = fc.oneof(
  { weight: 5, arbitrary: fc.jsonValue({ maxDepth: 3 }) as fc.Arbitrary<unknown> },
  {
    weight: 1,
    arbitrary: fc.constantFrom<unknown>(null, [], {}, '', 0, -1, 1e308, { __proto__: null }, [[[[[[]]]]]]),
  },
  { weight: 1, arbitrary: fc.nat(2_000).map((depth) => nested(depth)) },
);

function nested(depth: number): unknown {
  let value: unknown = 1;
  for (let i = 0; i < depth; i++) value = [value];
  return value;
}

/**
 * A valid object gone wrong: some values are replaced by any, some are left out, others are added. Most schemas look
 * deeper only at what is right at first sight.
 */
export function mutated<T extends object>(valid: T): fc.Arbitrary<Record<string, unknown>> {
  const keys = Object.keys(valid);
  const part = keys.length > 0 ? fc.constantFrom(...keys) : fc.constant('');
  const change = fc.oneof(
    fc.record({ kind: fc.constant('replace' as const), key: part, value: fc.oneof(json, text) }),
    fc.record({ kind: fc.constant('drop' as const), key: part }),
    fc.record({ kind: fc.constant('add' as const), key: text, value: json }),
  );
  return fc.array(change, { maxLength: 3 }).map((changes) => {
    const entries = new Map<string, unknown>(Object.entries(valid));
    for (const one of changes) {
      if (one.kind === 'drop') entries.delete(one.key);
      else entries.set(one.key, one.value);
    }
    return Object.fromEntries(entries);
  });
}

export const bytes = (most: number) => fc.uint8Array({ maxLength: most }).map((array) => Buffer.from(array));
