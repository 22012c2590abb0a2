// The provider's entry point for Pulumi, which wants JavaScript here; Node strips the types of what it imports. No
// top-level await: Pulumi loads this file by require().
import { main } from "@pulumi/pulumi/provider/server.js";
import { HostProvider } from "./provider.ts";

main(new HostProvider(), process.argv.slice(2)).catch((error) => {
  console.error(`the provider host cannot start: ${error.message}`);
  process.exitCode = 1;
});
