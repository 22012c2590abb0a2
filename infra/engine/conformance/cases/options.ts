import type { Case } from "../case.ts";

/** What options say of one resource. */
export const cases: readonly Case[] = [
  {
    name: "protect: no deletion, no replacement; an update that takes it away may replace at once",
    steps: [
      { program: `new File("a", {}, { protect: true });`, state: { a: { protect: true } } },
      { program: ``, fails: "it is protected", cliFails: "cannot be deleted", files: ["a"] },
      { program: `new File("a", { path: dir + "/x" }, { protect: true });`, fails: "it is protected", cliFails: "marked for protection", calls: [], files: ["a"] },
      { program: `new File("a", { path: dir + "/x" });`, counts: { same: 1, replace: 1 }, files: ["x"] },
    ],
  },
  {
    name: "retainOnDelete: the state forgets, life stays",
    steps: [
      { program: `new File("a", {}, { retainOnDelete: true });`, state: { a: { retainOnDelete: true } } },
      { program: ``, counts: { same: 1, delete: 1 }, calls: [], state: { a: null }, files: ["a"] },
    ],
  },
  {
    name: "deletedWith: what goes with another is not deleted by itself",
    steps: [
      { program: `const a = new File("a"); new File("b", {}, { deletedWith: a });`, state: { b: { deletedWith: "urn:pulumi:STACK::trial::files:index:File::a" } } },
      { program: ``, counts: { same: 1, delete: 2 }, calls: ["delete a"], files: ["b"] },
    ],
  },
  {
    name: "ignoreChanges: what is named stays as it was, the rest follows",
    steps: [
      { program: `new File("a", { content: "one", tags: { x: 1, y: 1 } });` },
      { program: `new File("a", { content: "two", tags: { x: 2, y: 2 } }, { ignoreChanges: ["content", "tags.x"] });`, counts: { same: 1, update: 1 }, state: { a: { inputs: { content: "one", tags: { x: 1, y: 2 } } } } },
      { program: `new File("a", { content: "three", tags: { x: 3, y: 2 } }, { ignoreChanges: ["content", "tags.x"] });`, counts: { same: 2 }, calls: [] },
    ],
  },
  {
    name: "ignoreChanges knows wildcards in lists and maps",
    steps: [
      { program: `new File("a", { rules: [{ port: 1, note: "n" }, { port: 2, note: "n" }], tags: { x: 1 } });` },
      {
        program: `new File("a", { rules: [{ port: 8, note: "m" }, { port: 9, note: "m" }], tags: { z: 1 } }, { ignoreChanges: ["rules[*].port", 'tags["*"]'] });`,
        counts: { same: 1, update: 1 },
        state: { a: { inputs: { rules: [{ port: 1, note: "m" }, { port: 2, note: "m" }], tags: { x: 1 } } } },
      },
    ],
  },
  {
    name: "additionalSecretOutputs, and secrets wherever they are nested, lie encrypted in the state",
    steps: [
      {
        program: `new File("a", { nested: { list: [1, pulumi.secret("hush")] } }, { additionalSecretOutputs: ["size"] });
export const out = { deep: [pulumi.secret("hush")] };`,
        state: {
          a: {
            additionalSecretOutputs: ["size"],
            inputs: { nested: { list: [1, { "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270" }] } },
            outputs: { size: { "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270" } },
          },
        },
      },
      { counts: { same: 2 }, stateUntouched: true },
    ],
  },
  {
    name: "customTimeouts are remembered",
    steps: [{ program: `new File("a", {}, { customTimeouts: { create: "5m", update: "90s", delete: "1h" } });`, state: { a: { customTimeouts: {} } } }],
  },
  {
    name: "a provider that hangs ends in one line when its time is over",
    differs: "Pulumi passes customTimeouts on and waits for ever",
    steps: [{ program: `new File("a", { content: "HANG" }, { customTimeouts: { create: "1s" } });`, fails: "the provider files hangs: not done after the 1 s that customTimeouts gives it" }],
  },
  {
    name: "import takes over what is as the program says, and counts",
    steps: [
      { program: ``, byHand: { a: "theirs" } },
      { program: `new File("a", { content: "theirs" }, { import: dir + "/a" });`, counts: { same: 1, import: 1 }, calls: ["read a"], state: { a: { inputs: { content: "theirs" } } } },
      { counts: { same: 2 }, calls: [] },
      { program: `new File("a", { content: "ours" });`, counts: { same: 1, update: 1 } },
      { program: ``, counts: { same: 1, delete: 1 }, files: [] },
    ],
  },
  {
    name: "import refuses what is not as the program says, naming the properties",
    differs: "Pulumi 3.27x imports and then updates; what is taken over here must not change by it",
    steps: [
      { program: `new File("a", { content: "ours" }, { import: dir + "/a" });`, byHand: { a: "theirs" }, fails: "its inputs do not match what is to be imported: content", calls: ["read a"], state: { a: null }, files: ["a"] },
      { program: `new File("a", { content: "ours" }, { import: dir + "/a", ignoreChanges: ["content"] });`, counts: { same: 1, import: 1 }, state: { a: { inputs: { content: "theirs" } } } },
    ],
  },
  {
    name: "import refuses what does not exist",
    steps: [{ program: `new File("a", {}, { import: dir + "/nowhere" });`, fails: "there is no such resource to import", cliFails: "does not exist", files: [] }],
  },
  {
    name: "what is only read is in the state, and is never deleted",
    steps: [
      { program: `const r = new File("r", { content: undefined, path: undefined }, { id: dir + "/r" }); new File("a", { content: r.content });`, byHand: { r: "theirs" }, counts: { create: 2 }, state: { r: { external: true, outputs: { content: "theirs" } } } },
      { program: ``, counts: { same: 1, delete: 1 }, calls: ["delete a"], state: { r: null }, files: ["r"] },
    ],
  },
];
