import { join } from 'node:path';
import { CLOSE } from '../activities/recall/questions.ts';
import { defaultCallSettings } from '../call/settings.ts';
import { loadConfig } from '../config/load.ts';
import { packageRoot } from '../config/package.ts';
import { provision } from '../deploy/local/provision.ts';
import { createMiniLm } from '../engines/embedding/minilm.ts';
import { drawCurves } from './cache/curve.ts';
import { type Prepared, prepare, type Scores, score } from './cache/precision.ts';
import { readQuestions } from './cache/questions.ts';
import { measureSpeed } from './cache/speed.ts';
import { report } from './platform.ts';
import { percentile, table } from './statistics.ts';

/**
 * The semantic cache: how often it answers, how often rightly (see `Scores` for what is counted), and how fast. The
 * threshold is chosen on every second cluster of `questions.txt` and reported on the others; `unseen.txt` was written
 * after the guards and never looked at while they were made.
 */
const TARGET = { precision: 0.99, hitRate: 0.3, lookUpMs: 30 };
const THRESHOLDS = Array.from({ length: 31 }, (_, i) => Math.round((0.4 + i * 0.02) * 100) / 100);

export async function run() {
  const { folder } = loadConfig().models;
  await provision({ folder, report });
  const embedding = createMiniLm(folder);
  try {
    const questions = await prepare(readQuestions('questions'), embedding);
    const unseen = await prepare(readQuestions('unseen'), embedding);
    const [choosing, heldOut] = [0, 1].map((half) => questions.filter(({ cluster }) => cluster % 2 === half));
    const missed = [...precision(choosing!, heldOut!, unseen), ...(await speed(embedding, heldOut!, unseen))];
    for (const one of missed) process.stdout.write(`MISSED: ${one}\n`);
    if (missed.length > 0) process.exitCode = 1;
  } finally {
    await embedding.close();
  }
}

function precision(choosing: Prepared[], heldOut: Prepared[], unseen: Prepared[]): string[] {
  const chosen = chooseThreshold(choosing);
  const rows = [
    [
      'set',
      'guards',
      'threshold',
      'asked',
      'warm hits',
      'right',
      'cold asked',
      'hits',
      'right',
      'hits without',
      'precision',
      'hit rate',
      'cold hit rate',
    ],
    ...[CLOSE, 0.8, 0.9].flatMap((threshold) =>
      [false, true].map((guarded) => row('chosen on', choosing, threshold, guarded)),
    ),
    ...[CLOSE, 0.8, 0.9].flatMap((threshold) =>
      [false, true].map((guarded) => row('held out', heldOut, threshold, guarded)),
    ),
    ...[CLOSE, 0.8, 0.9].flatMap((threshold) =>
      [false, true].map((guarded) => row('unseen', unseen, threshold, guarded)),
    ),
  ];
  process.stdout.write(`${table(rows)}\n\n`);
  process.stdout.write(`${groupsOf(choosing)}, ${groupsOf(heldOut)} held out, ${groupsOf(unseen)} unseen\n`);
  process.stdout.write(`threshold chosen by the first half: ${chosen}; in use: ${CLOSE}\n`);
  const curve = (guarded: boolean) => THRESHOLDS.map((threshold) => score(heldOut, threshold, guarded));
  const file = join(packageRoot, 'docs', 'cache-precision.svg');
  drawCurves(
    file,
    [
      { name: 'with guards', scores: curve(true) },
      { name: 'closeness alone', scores: curve(false) },
    ],
    CLOSE,
  );
  process.stdout.write(`drawn: ${file}\n\n`);
  return [
    ...(chosen === CLOSE ? [] : [`the threshold in use is ${CLOSE}, the data say ${chosen}`]),
    ...missedBy('held out', score(heldOut, CLOSE, true)),
    ...missedBy('unseen', score(unseen, CLOSE, true)),
  ];
}

/** The highest threshold that costs at most one right hit in a hundred, of those that are precise enough. */
function chooseThreshold(set: Prepared[]): number {
  const scores = THRESHOLDS.map((threshold) => score(set, threshold, true));
  const precise = scores.filter(({ precision }) => precision >= TARGET.precision);
  const most = Math.max(...precise.map(({ warm }) => warm.right));
  return Math.max(
    ...precise.filter(({ warm }) => warm.right >= 0.99 * most).map(({ threshold }) => threshold),
  );
}

function row(name: string, set: Prepared[], threshold: number, guarded: boolean): (string | number)[] {
  const { asked, warm, cold, without, precision, hitRate, coldHitRate } = score(set, threshold, guarded);
  return [
    name,
    guarded ? 'yes' : 'no',
    threshold,
    asked,
    warm.hits,
    warm.right,
    cold.asked,
    cold.hits,
    cold.right,
    without.hits,
    percent(precision),
    percent(hitRate),
    percent(coldHitRate),
  ];
}

const percent = (share: number) => `${(100 * share).toFixed(1)} %`;

const groupsOf = (set: Prepared[]) =>
  `${set.length} questions in ${new Set(set.map(({ group }) => group)).size} groups`;

function missedBy(name: string, { precision, hitRate, coldHitRate }: Scores): string[] {
  const missed: string[] = [];
  if (precision < TARGET.precision) missed.push(`${name}: precision ${percent(precision)}`);
  if (hitRate < TARGET.hitRate) missed.push(`${name}: hit rate ${percent(hitRate)}`);
  if (coldHitRate < TARGET.hitRate) missed.push(`${name}: cold hit rate ${percent(coldHitRate)}`);
  return missed;
}

async function speed(
  embedding: ReturnType<typeof createMiniLm>,
  heldOut: Prepared[],
  unseen: Prepared[],
): Promise<string[]> {
  const stored = heldOut.filter(({ group }, i) => heldOut[i - 1]?.group !== group);
  const asked = heldOut.filter((one) => !stored.includes(one));
  const { speeds, fillMs, indexMs, server } = await measureSpeed(embedding, stored, asked, unseen);
  const rows = [
    ['look-up of', 'look-ups', 'hits', 'p50 ms', 'p95 ms', 'max ms'],
    ...speeds.map(({ what, hits, ms }) => [
      what,
      ms.length,
      hits,
      ...[0.5, 0.95, 1].map((share) => percentile(ms, share).toFixed(1)),
    ]),
  ];
  process.stdout.write(`100,000 entries, ${server}, embedding included; `);
  process.stdout.write(
    `filled in ${(fillMs / 1_000).toFixed(0)} s, indexed in ${(indexMs / 1_000).toFixed(0)} s\n`,
  );
  process.stdout.write(`${table(rows)}\n`);
  const slowest = Math.max(...speeds.map(({ ms }) => percentile(ms, 0.95)));
  const pause = defaultCallSettings.endpointingMs;
  process.stdout.write(
    `A look-up begins with the eager hearing, ${pause} ms before the words can be final: ${(pause - slowest).toFixed(0)} ms are left at p95.\n`,
  );
  return slowest <= TARGET.lookUpMs ? [] : [`look-up p95 ${slowest.toFixed(1)} ms`];
}
