/** What a real CLI (3.274.1) streamed, with `--event-log`, without its messages for debugging. */
import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { Report } from "../report.ts";
import type { EngineEvent } from "../types.ts";
import { type CliEvent, Translator } from "./events.ts";

async function translate(name: string, mode: { readonly preview: boolean; readonly looking: boolean }, succeeded: boolean) {
  const events: EngineEvent[] = [];
  const report = new Report({ onEvent: (event) => events.push(event) }, mode.preview);
  const translator = new Translator(report, mode);
  const text = await readFile(new URL(`fixtures/${name}.jsonl`, import.meta.url), "utf8");
  for (const line of text.trim().split("\n")) translator.see(JSON.parse(line) as CliEvent);
  translator.finish(succeeded);
  return { events, report, translator };
}

/** A file was to be moved (replaced), a text and a secret were changed, one file cannot be made and another one needs it. */
test("an update that fails: each step with its changes, the failure with its reason, no default provider", async () => {
  const { events, report, translator } = await translate("update", { preview: false, looking: false }, false);
  expect(report.counts).toEqual({ create: 0, update: 2, replace: 1, delete: 0, same: 1, read: 0, import: 0 });
  expect([...report.failed]).toEqual([["urn:pulumi:test::trial::files:index:File::bad", "cannot write /srv/trial/files/bad"]]);
  expect(report.errors).toEqual([]);
  expect(translator.outputs).toEqual({});
  const steps = events.flatMap((event) => (event.kind === "done" || event.kind === "failed" ? [event] : []));
  expect(steps.map(({ kind, op, name }) => `${kind} ${op} ${name}`)).toEqual(["done replace a", "failed create bad", "done update b", "done update s", "done same trial-test"]);
  expect(steps.map(({ diff }) => diff)).toEqual([
    [{ path: "path", kind: "update", old: "/srv/trial/files/a", new: "/srv/trial/files/moved", replaces: true }],
    [
      { path: "content", kind: "add", new: "FAIL", replaces: false },
      { path: "path", kind: "add", new: "/srv/trial/files/bad", replaces: false },
    ],
    [{ path: "content", kind: "update", old: "one\ntwo", new: "one\n2", replaces: false, hunks: [expect.objectContaining({ lines: [" one", "-two", "\\ No newline at end of file", "+2", "\\ No newline at end of file"] })] }],
    [{ path: "content", kind: "update", old: "[secret]", new: "[secret]", replaces: false }],
    [],
  ]);
  expect(events.filter((event) => event.kind === "start")).toHaveLength(5);
  const said = events.flatMap((event) => (event.kind === "diagnostic" ? [`${event.severity} ${event.source} ${event.message.split("\n")[0]}`] : []));
  expect(said).toEqual(["info program printed", "warning program careful", "debug program Error: resource bad [files:index:File] failed to register"]);
});

test("a comparison with life: the file that was deleted by hand, and no step", async () => {
  const { events, report } = await translate("drift", { preview: true, looking: true }, true);
  expect(events.filter(({ kind }) => kind !== "drift")).toEqual([]);
  expect(events).toEqual([{ kind: "drift", urn: "urn:pulumi:test::trial::files:index:File::b", type: "files:index:File", name: "b", gone: true, diff: [] }]);
  expect(report.counts).toMatchObject({ delete: 1, update: 0, same: 3 });
  expect(report.hasFailed).toBe(false);
});
