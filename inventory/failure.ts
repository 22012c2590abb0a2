/**
 * A failure that the user can do something about: one line of what is wrong and, where it helps, one of what to do.
 * Commands print it as it stands, without a stack trace, and exit with `exitCode`.
 */
export class Failure extends Error {
  readonly advice: string | undefined;
  readonly exitCode: number;

  constructor(message: string, options: { advice?: string; exitCode?: number; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = "Failure";
    this.advice = options.advice;
    this.exitCode = options.exitCode ?? 1;
  }
}
