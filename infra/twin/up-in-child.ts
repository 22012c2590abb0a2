/** Brings a test's twin up in a process of its own, which the test then kills. Arguments: slug, management prefix, offices. */
import { fixtureProvince } from "./fixture.ts";
import { twinUp } from "./index.ts";

const [slug, managementPrefix, offices] = process.argv.slice(2);
await twinUp(fixtureProvince({ slug: slug!, managementPrefix: managementPrefix!, offices: Number(offices) }), "twin", {
  packages: [], communes: "none", onEvent: (event) => process.stdout.write(`${JSON.stringify(event)}\n`),
});
