/**
 * What `npm start`, `npm test`, `npm run bench` and `npm run chaos` run, straight after a clone: it needs Node and npm, and nothing
 * that npm installs. It installs the packages, compiles, and then becomes the program that was asked for: signals
 * and exit codes are that program's own.
 */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));
const dist = join(root, 'dist');
const say = (line) => process.stderr.write(`${line}\n`);

class BootstrapError extends Error {}

/** Older ones lack what vitest and the OpenAI client need. */
const [OLDEST_MAJOR, OLDEST_MINOR] = [20, 19];

function checkNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major > OLDEST_MAJOR || (major === OLDEST_MAJOR && minor >= OLDEST_MINOR)) return;
  throw new BootstrapError(
    `Orkestra needs Node ${OLDEST_MAJOR}.${OLDEST_MINOR} or newer, and this is ${process.versions.node}: install a newer one.`,
  );
}

const readJson = (file) => (existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : undefined);

/** npm keeps its own list of what is there; both lists name versions, so that times of files don't matter. */
function packagesAreThere() {
  const wanted = readJson(join(root, 'package-lock.json')).packages;
  const installed = readJson(join(root, 'node_modules/.package-lock.json'))?.packages;
  if (!installed) return false;
  return Object.entries(wanted).every(
    ([path, entry]) => path === '' || entry.optional || installed[path]?.version === entry.version,
  );
}

async function install() {
  if (packagesAreThere()) return;
  await locked(join(root, '.orkestra/install.lock'), async () => {
    if (packagesAreThere()) return;
    say('Installing packages …');
    const started = Date.now();
    const npm = process.env.npm_execpath ? [process.execPath, process.env.npm_execpath] : ['npm'];
    // Not `npm ci`: that refuses a lock file without the binaries of platforms that the registry in use lacks.
    // This installs what the lock file says all the same, and leaves it as it is.
    const code = await run([...npm, 'install', '--no-save', '--loglevel=error'], {
      // Its CUDA libraries come from elsewhere and are not used.
      ONNXRUNTIME_NODE_INSTALL: 'skip',
    });
    if (code !== 0) throw new BootstrapError('The packages could not be installed: npm says why above.');
    say(`Packages installed, ${seconds(started)}`);
  });
}

/** Everything that the compiler reads, as names, sizes and times of change. */
function fingerprint() {
  const hash = createHash('sha256');
  const skipped = new Set(['node_modules', 'dist', '.orkestra', '.git', 'test', 'docs']);
  const walk = (folder) => {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) {
        if (!skipped.has(entry.name)) walk(path);
      } else if (/\.(ts|json|html|css|svg)$/.test(entry.name) && !entry.name.endsWith('.test.ts')) {
        const { size, mtimeMs } = statSync(path);
        hash.update(`${relative(root, path)} ${size} ${mtimeMs}\n`);
      }
    }
  };
  walk(root);
  return hash.digest('hex');
}

async function build() {
  const stamp = join(dist, '.built');
  const isBuilt = () => existsSync(stamp) && readFileSync(stamp, 'utf8') === fingerprint();
  if (isBuilt()) return;
  await locked(join(root, '.orkestra/build.lock'), async () => {
    if (isBuilt()) return;
    const started = Date.now();
    // Taken before: a file that is saved meanwhile is compiled the next time.
    const built = fingerprint();
    const npm = process.env.npm_execpath ? [process.execPath, process.env.npm_execpath] : ['npm'];
    const code = await run([...npm, 'run', '--silent', 'build']);
    if (code !== 0) throw new BootstrapError('The build failed: the compiler says why above.');
    writeFileSync(stamp, built);
    say(`Built, ${seconds(started)}`);
  });
}

/** Runs a command in the project's folder, its output on stderr; resolves to its exit code. */
function run([command, ...args], env = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd: root,
      env: { ...process.env, ...env },
      stdio: ['ignore', 2, 2],
    });
    child.once('error', (error) => reject(new BootstrapError(`${command} can't be run: ${error.message}`)));
    child.once('exit', (code, signal) => (signal ? process.kill(process.pid, signal) : resolve(code)));
  });
}

/** One at a time, also when several commands are started together. A lock whose holder is dead is void. */
async function locked(file, work) {
  mkdirSync(join(file, '..'), { recursive: true });
  for (let told = false; !take(file); told = true) {
    if (!told) say('Waiting for another process, which does the same …');
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  try {
    await work();
  } finally {
    rmSync(file, { force: true });
  }
}

function take(file) {
  try {
    writeFileSync(file, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
  }
  try {
    process.kill(Number(readFileSync(file, 'utf8')), 0);
  } catch (error) {
    if (error.code === 'ESRCH' || error.code === 'ENOENT') rmSync(file, { force: true });
  }
  return false;
}

const seconds = (since) => `${((Date.now() - since) / 1_000).toFixed(1)} s`;

/** Makes this process the compiled program. */
async function become(program, args) {
  const file = join(dist, program);
  process.argv = [process.argv[0], file, ...args];
  await import(pathToFileURL(file).href);
}

/** Runs the tests and prints how they went as its last line. Resolves to the exit code. */
async function test(args) {
  process.chdir(root);
  const { parseCLI, startVitest } = await import('vitest/node');
  const { filter, options } = parseCLI(['vitest', 'run', ...args]);
  const vitest = await startVitest('test', filter, options);
  const modules = vitest.state.getTestModules();
  const count = { passed: 0, failed: 0, skipped: 0 };
  for (const module of modules) {
    // A file that can't be loaded, or a suite whose set-up breaks, has no test that could fail for it.
    const broken =
      module.errors().length + [...module.children.allSuites()].flatMap((suite) => suite.errors()).length;
    if (broken > 0) count.failed++;
    for (const test of module.children.allTests()) {
      const { state } = test.result();
      count[state === 'pending' ? 'failed' : state]++;
    }
  }
  count.failed += vitest.state.getUnhandledErrors().length;
  const skipped = count.skipped > 0 ? `, ${count.skipped} skipped` : '';
  process.stdout.write(`${count.passed} passed, ${count.failed} failed${skipped}\n`);
  return count.failed > 0 || count.passed === 0 ? 1 : 0;
}

/** npm and some shells keep flags to themselves that were meant for us, or hand the `--` on. */
function argumentsOf([first, ...rest]) {
  const given = first === '--' ? rest : first === undefined ? [] : [first, ...rest];
  const once = process.env.npm_config_once === 'true' && !given.includes('--once');
  return once ? ['--once', ...given] : given;
}

/**
 * A signal to npm reaches npm's shell at best, and this process goes on without them: their end is taken for the
 * signal. Asked for only under npm; whoever starts this program otherwise may leave it running.
 */
function endWithNpm() {
  if (!process.env.npm_lifecycle_event) return;
  const parent = process.ppid;
  const watch = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(watch);
    process.kill(process.pid, 'SIGTERM');
  }, 500);
  watch.unref();
}

const commands = {
  start: (args) => become('cli/main.js', ['up', '--demo', ...args]),
  bench: (args) => become('bench/main.js', args),
  chaos: (args) => become('bench/chaos/main.js', args),
  fuzz: (args) => become('bench/fuzz/main.js', args),
  soak: (args) => become('bench/soak/main.js', args),
  'verify:deploy': (args) => become('deploy/verify/main.js', args),
  test: async (args) => process.exit(await test(args)),
  build: () => undefined,
  install: () => undefined,
};

const [command, ...given] = process.argv.slice(2);
try {
  checkNode();
  endWithNpm();
  if (!Object.hasOwn(commands, command ?? '')) {
    throw new BootstrapError(`Say what to do, one of: ${Object.keys(commands).join(', ')}.`);
  }
  await install();
  if (command !== 'install') await build();
  await commands[command](argumentsOf(given));
} catch (error) {
  if (!(error instanceof BootstrapError)) throw error;
  say(error.message);
  process.exit(1);
}
