import { type Case, file } from "../case.ts";

/** Refresh, targets, and what fails. */
const chain = `const a = new File("a"); const b = new File("b", { content: a.id }); new File("c");`;
const changed = `const a = new File("a", { content: "new a" }); const b = new File("b", { content: pulumi.interpolate\`\${a.id}!\` }); new File("c", { content: "new c" });`;

export const cases: readonly Case[] = [
  {
    name: "refresh takes what is really there into the state, without the program",
    steps: [
      { program: chain },
      { operation: "drift", byHand: { a: "by hand", c: null }, drift: ["a", "c gone"], counts: { same: 1, update: 1, delete: 1 }, stateUntouched: true },
      { operation: "refresh", drift: ["a", "c gone"], counts: { same: 1, update: 1, delete: 1 }, state: { a: { outputs: { content: "by hand" } }, c: null } },
      { counts: { same: 2, update: 1, create: 1 }, files: ["a", "b", "c"], state: { a: { outputs: { content: "a" } } } },
    ],
  },
  {
    name: "a refresh forgets references to what is gone",
    steps: [
      { program: chain },
      { operation: "refresh", byHand: { a: null }, counts: { same: 2, delete: 1 }, state: { a: null, b: { dependencies: undefined, propertyDependencies: { content: [], path: [] } } } },
      { operation: "destroy", counts: { delete: 3 }, files: [] },
    ],
  },
  {
    name: "an update may read everything first",
    steps: [
      { program: chain },
      { byHand: { a: null, c: "by hand" }, refresh: true, counts: { same: 2, create: 1, update: 1 }, files: ["a", "b", "c"] },
    ],
  },
  {
    name: "targets: others are left as they are",
    steps: [
      { program: chain },
      { program: changed, targets: [file("a")], counts: { same: 3, update: 1 }, calls: ["update a"], state: { c: { inputs: { content: "c" } } } },
      { operation: "preview", program: changed, targets: ["**::c"], counts: { same: 3, update: 1 } },
      { program: changed, counts: { same: 2, update: 2 }, calls: [["update b", "update c"]] },
    ],
  },
  {
    name: "targets and their dependents",
    steps: [
      { program: chain },
      { program: changed, targets: [file("a")], targetDependents: true, counts: { same: 2, update: 2 }, calls: ["update a", "update b"] },
    ],
  },
  {
    name: "a target that needs something new that is none is refused",
    steps: [
      { program: `new File("c");` },
      { program: chain, targets: [file("b")], fails: "needs urn:pulumi:STACK::trial::files:index:File::a, which is new and not among the targets", cliFails: "was not specified in --target list", files: ["c"] },
      { program: chain, targets: [file("a"), file("b")], counts: { same: 2, create: 2 } },
    ],
  },
  {
    name: "destroy of targets: refused while others need them, unless these go along",
    steps: [
      { program: chain },
      { operation: "destroy", targets: [file("a")], fails: "is not among the targets", cliFails: "--target", calls: [], files: ["a", "b", "c"] },
      { operation: "destroy", targets: [file("a")], targetDependents: true, counts: { delete: 2 }, calls: ["delete b", "delete a"], files: ["c"] },
      { operation: "destroy", targets: ["urn:pulumi:STACK::trial::files:index:File::nowhere"], fails: "no resource named 'urn:pulumi:STACK::trial::files:index:File::nowhere' found", files: ["c"] },
    ],
  },
  {
    name: "what leaves the program goes only if it is a target",
    steps: [
      { program: chain },
      { program: `new File("d");`, targets: [file("c"), file("d")], counts: { same: 1, create: 1, delete: 1 }, files: ["a", "b", "d"] },
    ],
  },
  {
    name: "a circle that the program closes over what the state holds is named whole",
    differs: "Pulumi does not look",
    steps: [
      { program: `const b = new File("b"); new File("a", {}, { dependsOn: b });` },
      {
        program: `const a = { urn: pulumi.output("urn:pulumi:" + pulumi.getStack() + "::trial::files:index:File::a") }; new File("b", {}, { deletedWith: a as any });`,
        fails: "these resources need each other in a circle: urn:pulumi:STACK::trial::files:index:File::b → urn:pulumi:STACK::trial::files:index:File::a → urn:pulumi:STACK::trial::files:index:File::b",
        files: ["a", "b"],
      },
    ],
  },
  {
    name: "a program that throws deletes nothing",
    steps: [
      { program: chain },
      { program: `new File("a"); throw new Error("no such site");`, fails: "no such site", files: ["a", "b", "c"] },
    ],
  },
  {
    name: "a failure stops what needs it, deletes nothing, and the next update finishes the job",
    steps: [
      { program: `new File("old");` },
      { program: `const a = new File("a", { content: "FAIL" }); new File("b", { content: a.id });`, fails: "cannot write", state: { a: null, b: null }, files: ["old"] },
      { program: `const a = new File("a"); new File("b", { content: a.id });`, counts: { same: 1, create: 2, delete: 1 }, files: ["a", "b"] },
    ],
  },
  {
    name: "what exists but did not come up is remembered, and tried again",
    steps: [
      { program: `new File("a", { content: "HALF" });`, fails: "its other half is missing", state: { a: { initErrors: ["its other half is missing"] } } },
      { program: `new File("a");`, counts: { same: 1, update: 1 }, state: { a: { initErrors: undefined } } },
    ],
  },
  {
    name: "stopOn: nothing new is begun, and what remains is named",
    differs: "Pulumi has no such option",
    steps: [
      { program: `new File("kept");` },
      {
        program: `const a = new File("a", { content: "FAIL" }); const gate = a.urn; new File("kept"); gate.apply(() => new File("late"));`,
        stopOn: "the canary failed",
        fails: "the canary failed",
        remaining: ["late"],
        files: ["kept"],
      },
    ],
  },
  {
    name: "a failed update is taken back: made, changed, replaced and deleted",
    differs: "Pulumi has no rollback",
    steps: [
      { program: `const a = new File("a"); new File("b", { content: a.id }); new File("r");` },
      {
        program: `const a = new File("a", { content: "new" }); new File("b", { content: "changed" }, { dependsOn: a }); const r = new File("r", { path: dir + "/r2" }); const n = new File("n", {}, { dependsOn: r }); new File("bad", { content: "FAIL" }, { dependsOn: n });`,
        rollbackOnFailure: true,
        fails: "cannot write",
        rolledBack: ["a", "b", "n", "r"],
        state: { n: null, bad: null, a: { inputs: { content: "a" }, outputs: { content: "a" } }, r: { id: "FILES/r" } },
        files: ["a", "b", "r"],
      },
      { program: `const a = new File("a"); new File("b", { content: a.id }); new File("r");`, counts: { same: 4 }, calls: [] },
    ],
  },
  {
    name: "a rollback makes again what was deleted ahead of a replacement that failed",
    differs: "Pulumi has no rollback",
    steps: [
      { program: `const a = new File("a", { deleteFirst: true }); new File("b", { path: pulumi.interpolate\`\${a.id}-b\` });` },
      {
        program: `const a = new File("a", { path: dir + "/x", content: "FAIL", deleteFirst: true }); new File("b", { path: pulumi.interpolate\`\${a.id}-b\` });`,
        rollbackOnFailure: true,
        fails: "cannot write",
        calls: ["delete b", "delete a", "create a", "create a", "create b"],
        files: ["a", "a-b"],
        order: ["a", "b"],
      },
      { program: `const a = new File("a", { deleteFirst: true }); new File("b", { path: pulumi.interpolate\`\${a.id}-b\` });`, counts: { same: 3 } },
    ],
  },
];
