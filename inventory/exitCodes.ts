/**
 * How a command ends. 0, 1 and 2 are every command's; the others are those of Pulumi's CLI, where its documentation gives
 * one, so that a script that watches the one can watch the other.
 */

/** Differences or misses were found, as opposed to an error (1). */
export const FINDINGS = 2;
/** A resource could not be made, changed, read or deleted. */
export const RESOURCE_FAILED = 4;
/** There is no such stack. */
export const STACK_NOT_FOUND = 6;
/** `--expect-no-changes`, and there are changes. */
export const CHANGES_NOT_EXPECTED = 7;
/** Stopped on request; what had begun was finished. */
export const CANCELLED = 8;
