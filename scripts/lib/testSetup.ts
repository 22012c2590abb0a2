/**
 * Runs in each worker before its test file. On a terminal Ctrl-C reaches every process: workers outlive it, since the runner
 * tells them to give up what they do and to take their hosts down. One that has lost its runner ends.
 */
process.on("SIGINT", () => {});
process.on("disconnect", () => process.exit());
