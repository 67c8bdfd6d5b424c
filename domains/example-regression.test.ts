import { describe, expect, it } from 'vitest';
import { ExampleRegression } from './example-regression.ts';
import { SpellingIndex } from './spelling-index.ts';

/** A direction in the plane, in degrees. */
const at = (degrees: number) =>
  new Float32Array([Math.cos((degrees * Math.PI) / 180), Math.sin((degrees * Math.PI) / 180)]);

const examples = [
  { label: 'east', text: 'sunrise', vector: at(0) },
  { label: 'east', text: 'morning', vector: at(20) },
  { label: 'north', text: 'polar', vector: at(90) },
  { label: 'north', text: 'arctic', vector: at(110) },
];

describe('regression over examples', () => {
  it('scores an example near 1 for its own label', () => {
    const regression = new ExampleRegression(examples);
    for (const { label, text, vector } of examples) {
      const found = regression.classify(text, vector);
      expect(found.label).toBe(label);
      expect(found.score).toBeGreaterThan(0.85);
    }
  });

  it('scores what lies far from every example near 0', () => {
    expect(new ExampleRegression(examples).classify('zzz', at(235)).score).toBeLessThan(0.2);
  });

  it('lets the spelling decide where the meaning does not', () => {
    const regression = new ExampleRegression(examples);
    expect(regression.classify('sunrises', at(55)).label).toBe('east');
    expect(regression.classify('polars', at(55)).label).toBe('north');
  });

  it('weighs many examples against one that happens to be nearest', () => {
    const crowd = [-30, -20, 20, 30].map((degrees) => ({
      label: 'east',
      text: `e${degrees}`,
      vector: at(degrees),
    }));
    const stray = { label: 'stray', text: 'stray', vector: at(8) };
    expect(new ExampleRegression([...crowd, stray]).classify('q', at(-8)).label).toBe('east');
  });
});

describe('likeness of spelling', () => {
  const index = new SpellingIndex(['block my card', 'open an account', 'block my street']);

  it('is 1 for the same text and 0 for texts that share nothing', () => {
    const [same, other] = index.likeness('block my card');
    expect(same).toBeCloseTo(1);
    expect(other).toBe(0);
    expect([...index.likeness('xyz')]).toEqual([0, 0, 0]);
    expect([...index.likeness('')]).toEqual([0, 0, 0]);
  });

  it('counts rare pieces for more than common ones', () => {
    const [card, , street] = index.likeness('my cart');
    expect(card).toBeGreaterThan(street!);
  });
});
