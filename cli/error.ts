import type { Writable } from 'node:stream';
import { isGrpcServiceError, ServiceError } from '@temporalio/client';
import { ConfigError } from '../config/load.ts';
import { SetupError } from '../deploy/local/setup-error.ts';
import { EngineError } from '../engines/error.ts';

/** 1: what was asked could not be done. 2: it was asked the wrong way. 130: the user pressed Ctrl-C. */
export type ExitCode = 1 | 2 | 130;

/** A failure that the user can understand and act on: one sentence, no stack trace. */
export class CliError extends Error {
  override name = 'CliError';

  constructor(
    message: string,
    readonly exitCode: ExitCode = 1,
    options?: { cause?: unknown },
  ) {
    super(message, options);
  }
}

/** Wrong usage: exit code 2. */
export const usageError = (message: string) => new CliError(message, 2);

/** Writes a failure to stderr, the one place that does; returns the exit code. `command` is named in the hint. */
export function reportFailure(error: unknown, stderr: Writable, command?: string): number {
  if (error instanceof CliError) {
    const hint =
      error.exitCode === 2 ? `\nSee \`${['orkestra', command, '--help'].filter(Boolean).join(' ')}\`.` : '';
    stderr.write(`orkestra: ${error.message}${hint}\n`);
    return error.exitCode;
  }
  if (error instanceof ConfigError) {
    stderr.write(`orkestra: the configuration can't be used. ${error.message}\n`);
    return 2;
  }
  if (error instanceof SetupError || error instanceof EngineError) {
    stderr.write(`orkestra: ${error.message}\n`);
    return 1;
  }
  if (error instanceof ServiceError || isGrpcServiceError(error)) {
    const { message } = error instanceof ServiceError && error.cause ? error.cause : error;
    stderr.write(`orkestra: Temporal could not do this (${message}): try again in a moment.\n`);
    return 1;
  }
  // A fault of ours: whoever reports it needs the trace.
  stderr.write(`orkestra: unexpected error. ${error instanceof Error ? error.stack : String(error)}\n`);
  return 1;
}
