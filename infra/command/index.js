// The provider's entry point for Pulumi, which wants JavaScript here; Node strips the types of what it imports. No
// top-level await: Pulumi loads this file by require().
import { CommandProvider } from "./provider.ts";
import { serve } from "./server.ts";

serve(new CommandProvider(), process.argv.slice(2)).catch((error) => {
  console.error(`the provider command cannot start: ${error.message}`);
  process.exitCode = 1;
});
