import { expect, test } from 'vitest';
import { faults } from './faults/registry.ts';
import { summaryOf } from './report.ts';
import type { FaultResult } from './trials.ts';

const result: FaultResult = {
  fault: faults[0]!,
  trials: 1,
  copies: 2,
  seed: 1,
  violations: [],
  compared: {
    calls: 1,
    utterances: 5,
    turns: 5,
    rows: 6,
    effects: 1,
    parts: 900,
    streams: 1,
    recordings: 1,
    events: 200,
  },
  deaths: [],
  notes: [],
  evidence: [],
  struck: [],
  silences: [],
  broken: 0,
  stoodStillMs: 24,
};

test('the summary of a chaos run says where the callers themselves stood still', () => {
  expect(summaryOf(result)).not.toContain('stood still');
  expect(summaryOf({ ...result, stoodStillMs: 612.4 })).toContain('stood still for up to 612 ms');
});
