#!/usr/bin/env node
import { workerProgram } from '../workers/programs.ts';

// Whoever reads may stop reading (`| head`): that is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit();
  throw error;
});

const argv = process.argv.slice(2);
// A worker has no use for the other commands: they take a second to load, and 50 MB for as long as it lives.
const worker = argv[0] === 'worker' && argv.length === 2 ? workerProgram(argv[1]) : undefined;
if (worker) await worker();
else process.exitCode = await (await import('./run.ts')).runCli(argv);
