import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { newAdapterSchema } from '../../../call/adapter.ts';
import { callRequestSchema } from '../../../call/request.ts';
import { CliError } from '../../../cli/error.ts';
import { parseSettings } from '../../../cli/settings-option.ts';
import { clipped } from '../../../config/schema-words.ts';
import { ConfigError, environmentVariables, loadConfig } from '../../../config/load.ts';
import { AnswerFileError, readAnswerFile } from '../../../store/answer-file.ts';
import { readPrices } from '../../../store/prices.ts';
import { callSettingsPatchSchema } from '../../../call/settings.ts';
import { json, mutated, text } from '../arbitraries.ts';
import { assertSentence, door, Fault, type Outcome } from '../door.ts';

/** Files, configuration, and what several doors read by one schema. */

const folder = mkdtempSync(join(tmpdir(), 'orkestra-fuzz-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));

/** Refused where it throws one of these, with a sentence; anything else that is thrown is a fault. */
function refusedBy(
  kinds: (new (...args: never[]) => Error)[],
  quoted: string[],
  act: () => unknown,
): Outcome {
  try {
    act();
    return 'accepted';
  } catch (error) {
    if (!kinds.some((kind) => error instanceof kind)) throw error;
    for (const line of (error as Error).message.split('\n')) if (line) assertSentence(line, quoted);
    return 'refused';
  }
}

const variables = environmentVariables().map(({ variable }) => variable);
const value = fc.oneof(
  text.map((words) => words.replaceAll('\0', '')),
  json.map((any) => JSON.stringify(any)),
  fc.double().map(String),
  fc.constantFrom('redis://h:1', 'https://a.example', '8080', 'true', '0', '/etc/hostname', 'scripted'),
);

export const configDoor = door({
  name: 'configuration: variables',
  share: 8,
  cases: fc.dictionary(fc.constantFrom(...variables, ...variables.map((name) => `${name}_FILE`)), value, {
    maxKeys: 4,
  }),
  attempt: (env) => refusedBy([ConfigError], Object.values(env), () => loadConfig({ ...env }, folder)),
});

const toml = fc.oneof(
  text,
  fc
    .array(
      fc.tuple(
        fc.constantFrom('gateway', 'redis', 'engines', 'twilio', 'x', ''),
        fc.constantFrom('port', 'url', 'stt', 'currency', 'minute'),
        json,
      ),
      { maxLength: 4 },
    )
    .map((lines) =>
      lines.map(([section, key, any]) => `[${section}]\n${key} = ${JSON.stringify(any)}\n`).join(''),
    ),
);

export const configFileDoor = door({
  name: 'configuration: files',
  share: 3,
  cases: toml,
  attempt(content) {
    const file = join(folder, 'orkestra.toml');
    writeFileSync(file, content);
    try {
      return refusedBy([ConfigError], [content, file], () => loadConfig({}, folder));
    } finally {
      rmSync(file);
    }
  },
});

export const priceDoor = door({
  name: 'imports: price tables',
  share: 3,
  cases: fc.oneof(
    toml,
    fc
      .tuple(fc.constantFrom('USD', 'usd', ''), fc.double())
      .map(([currency, price]) => `currency = "${currency}"\n[line.twilio]\nminute = ${price}\n`),
  ),
  attempt(content) {
    const file = join(folder, 'prices.toml');
    writeFileSync(file, content);
    return refusedBy([ConfigError], [content, file], () => readPrices(file));
  },
});

const DIMENSIONS = 4;
const answer = {
  tenant: 'default',
  domain: 'banking',
  language: 'en',
  adapter: 'default',
  promptVersion: 'abc',
  question: 'When?',
  answer: 'Now.',
  embedding: Buffer.from(new Float32Array(DIMENSIONS).buffer).toString('base64'),
  uses: 0,
  createdAt: '2026-01-01T00:00:00.000Z',
  usedAt: null,
  expiresAt: '2027-01-01T00:00:00.000Z',
};
const fileHeader = {
  format: 'orkestra-answers',
  version: 1,
  model: 'any',
  dimensions: DIMENSIONS,
  exportedAt: '2026-01-01T00:00:00.000Z',
};
/** An export with its right end, or a wrong one. */
const answerFile = fc
  .record({
    head: fc.oneof(fc.constant(fileHeader), mutated(fileHeader), json),
    answers: fc.array(fc.oneof(fc.constant(answer), mutated(answer), json), { maxLength: 3 }),
    end: fc.oneof(
      { weight: 3, arbitrary: fc.constant('right' as const) },
      { weight: 1, arbitrary: fc.constant('none' as const) },
      { weight: 1, arbitrary: text },
    ),
  })
  .map(({ head, answers, end }) => {
    const lines = [head, ...answers].map((line) => JSON.stringify(line));
    const sha256 = createHash('sha256')
      .update(lines.map((line) => `${line}\n`).join(''))
      .digest('hex');
    if (end === 'none') return lines;
    const right = JSON.stringify({ end: true, answers: answers.length, sha256 });
    return [...lines, end === 'right' ? right : end];
  });

export const answersDoor = door({
  name: 'imports: stored answers',
  share: 5,
  cases: answerFile,
  async attempt(lines) {
    const given = (async function* () {
      yield* lines;
    })();
    try {
      for await (const one of readAnswerFile(given, { model: 'any', dimensions: DIMENSIONS })) {
        if (typeof one.question !== 'string') throw new Fault('an answer without its question');
      }
      return 'accepted';
    } catch (error) {
      if (!(error instanceof AnswerFileError)) throw error;
      assertSentence(error.message, lines);
      return 'refused';
    }
  },
});

export const settingsDoor = door({
  name: 'settings: --set',
  share: 4,
  cases: fc.array(
    fc.oneof(
      text,
      fc
        .tuple(fc.constantFrom(...Object.keys(callSettingsPatchSchema.shape)), value)
        .map(([key, any]) => `${key}=${any}`),
    ),
    { maxLength: 3 },
  ),
  attempt: (options) => {
    const quoted = options.flatMap((option) => [option, ...option.split('=')]);
    return refusedBy([CliError], quoted, () => parseSettings(options));
  },
});

const request = {
  session: 'fuzz-1',
  origin: 'pcm',
  domain: 'banking',
  phone: '+14155550123',
  customer: 'c-1',
  settings: { speed: 1 },
};
const adapter = {
  kind: 'prompt',
  name: 'formal',
  prompt: { text: 'Be formal.' },
  decoding: { temperature: 1 },
};

export const requestDoor = door({
  name: 'requests and adapters: schemas',
  share: 6,
  cases: fc.oneof(mutated(request), mutated(adapter), json),
  attempt(any) {
    const results = [callRequestSchema, newAdapterSchema].map((schema) => schema.safeParse(any));
    for (const { error } of results) {
      for (const issue of error?.issues ?? [])
        assertSentence(`${clipped(issue.path.join('.'))}: ${issue.message}`, [
          JSON.stringify(any),
          ...issue.path.map(String),
        ]);
    }
    return results.some(({ success }) => success) ? 'accepted' : 'refused';
  },
});
