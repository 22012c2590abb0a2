import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect, test } from "vitest";
import { restructure } from "../../inventory/index.ts";
import { SMALL } from "../../inventory/testing.ts";
import { restructuringJson, restructuringText } from "./restructureText.ts";

test("a restructuring as text and as JSON", () => {
  const folder = mkdtempSync(path.join(tmpdir(), "egov-restructure-"));
  try {
    const plan = path.join(folder, "plan.yaml");
    writeFileSync(plan, "name: Nhập Núi vào Biển\noperations:\n  - merge: {units: [huyen-bien, huyen-nui], into: huyen-bien, offices: close}\n");
    const result = restructure(SMALL, plan);
    expect(restructuringText(result, "moi")).toBe(
      `Nhập Núi vào Biển: 3 tiers, 2 units, 5 sites, 16 hosts, 14 links, 5 communes → 3 tiers, 1 unit, 4 sites, 15 hosts, 13 links, 5 communes

step                        what it does                                                         sites connected  communes moved  files
01-huyen-nui-to-huyen-bien  2 communes of huyen-nui come in at site huyen-bien                   5                2               units, communes
02-huyen-nui-ends           unit huyen-nui ends; its people, rooms and offices are huyen-bien's  5                0               units, sites, people, conference
03-huyen-nui-closes         site huyen-nui closes                                                4                0               sites, hosts, links

After every step the inventory is sound, and every site has a way to the data center that the step does not touch.
2 communes get new addresses; --json lists them.
moi holds the new inventory; moi/steps the one after each step, to be copied over the province's files and brought up one by one.
Way back: ./egov inventory restructure moi/steps/back.yaml --inventory moi`);
    expect(restructuringText(result, undefined)).toMatch(/\nNothing was written; --out DIR writes the new inventory and its steps\.$/);
    expect(restructuringJson(result)).toMatchObject({
      after: { units: 1, sites: 4 },
      steps: [
        { slug: "01-huyen-nui-to-huyen-bien", sitesConnected: 5, moved: [{ commune: "huyen-nui-xa-da", to: { site: "huyen-bien", ipv4: "10.62.1.5/24" } }, { commune: "huyen-nui-02" }] },
        { slug: "02-huyen-nui-ends" }, { slug: "03-huyen-nui-closes", edits: [{ file: "links", at: ["links"], remove: "huyen-nui-primary" }, {}, {}] },
      ],
      back: { name: "Nhập Núi vào Biển: way back", steps: [{ slug: "undo-huyen-nui-closes" }, {}, {}] },
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
});
