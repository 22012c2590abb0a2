import type { Case } from "../case.ts";

/** Order, parents, replacement. */
export const cases: readonly Case[] = [
  {
    name: "what is needed comes first and goes last",
    steps: [
      {
        program: `const a = new File("a"); const b = new File("b", { content: pulumi.interpolate\`\${a.size}\` }); new File("c", {}, { dependsOn: b });`,
        counts: { create: 4 },
        calls: ["create a", "create b", "create c"],
        state: { b: { propertyDependencies: { content: ["urn:pulumi:STACK::trial::files:index:File::a"] } }, c: { dependencies: ["urn:pulumi:STACK::trial::files:index:File::b"] } },
      },
      { counts: { same: 4 }, calls: [], stateUntouched: true },
      { operation: "destroy", counts: { delete: 4 }, calls: ["delete c", "delete b", "delete a"], files: [] },
    ],
  },
  {
    name: "a component has children and outputs, and a resource that leaves the program goes",
    steps: [
      {
        program: `class Pair extends pulumi.ComponentResource {
  constructor(name: string) {
    super("trial:index:Pair", name);
    const one = new File("one", {}, { parent: this });
    new File("two", {}, { parent: this });
    this.registerOutputs({ size: one.size });
  }
}
new Pair("p"); new File("alone");`,
        counts: { create: 5 },
        state: {
          p: { custom: false, outputs: { size: 3 } },
          one: { urn: "urn:pulumi:STACK::trial::trial:index:Pair$files:index:File::one", parent: "urn:pulumi:STACK::trial::trial:index:Pair::p" },
        },
      },
      { program: `new File("alone");`, counts: { same: 2, delete: 3 }, calls: [["delete one", "delete two"]], files: ["alone"] },
    ],
  },
  {
    name: "a replacement is made before the old one goes, and after what uses it has moved",
    steps: [
      { program: `const a = new File("a"); new File("b", { content: a.id });` },
      {
        program: `const a = new File("a", { path: dir + "/elsewhere" }); new File("b", { content: a.id });`,
        counts: { same: 1, replace: 1, update: 1 },
        calls: ["create a", "update b", "delete a"],
        files: ["b", "elsewhere"],
      },
    ],
  },
  {
    name: "a provider may want the old one gone first, with what would be replaced because of it",
    steps: [
      { program: `const a = new File("a", { deleteFirst: true }); const b = new File("b", { path: pulumi.interpolate\`\${a.id}-b\` }); new File("c", { content: b.id });` },
      {
        program: `const a = new File("a", { path: dir + "/x", deleteFirst: true }); const b = new File("b", { path: pulumi.interpolate\`\${a.id}-b\` }); new File("c", { content: b.id });`,
        counts: { same: 1, replace: 2, update: 1 },
        calls: ["delete b", "delete a", "create a", "create b", "update c"],
        files: ["c", "x", "x-b"],
      },
    ],
  },
  {
    name: "deleteBeforeReplace is the program's last word, either way",
    steps: [
      { program: `new File("a"); new File("b", { deleteFirst: true });` },
      {
        program: `new File("a", { path: dir + "/x" }, { deleteBeforeReplace: true });`,
        targets: ["urn:pulumi:*::trial::files:index:File::a"],
        calls: ["delete a", "create a"],
      },
      {
        program: `new File("a", { path: dir + "/x" }, { deleteBeforeReplace: true }); new File("b", { path: dir + "/y", deleteFirst: true }, { deleteBeforeReplace: false });`,
        calls: ["create b", "delete b"],
      },
    ],
  },
  {
    name: "replaceWith: what goes along with another is replaced when that is",
    steps: [
      { program: `const a = new File("a"); new File("b", {}, { replaceWith: [a] });`, state: { b: { replaceWith: ["urn:pulumi:STACK::trial::files:index:File::a"] } } },
      { program: `const a = new File("a", { content: "other" }); new File("b", {}, { replaceWith: [a] });`, counts: { same: 2, update: 1 } },
      { program: `const a = new File("a", { path: dir + "/x", content: "other" }); new File("b", {}, { replaceWith: [a] });`, counts: { same: 1, replace: 2 } },
    ],
  },
  {
    name: "replacementTrigger: another value replaces, the first one does not",
    steps: [
      { program: `new File("a");` },
      { program: `new File("a", {}, { replacementTrigger: 1 });`, counts: { same: 2 } },
      { program: `new File("a", {}, { replacementTrigger: { deep: [2] } });`, counts: { same: 1, replace: 1 }, state: { a: { replacementTrigger: { deep: [2] } } } },
      { counts: { same: 2 }, calls: [] },
    ],
  },
  {
    name: "replaceOnChanges: below the path replaces, elsewhere updates",
    steps: [
      { program: `new File("a", { tags: { x: 1, y: 1 } }, { replaceOnChanges: ["tags.x"] });` },
      { program: `new File("a", { tags: { x: 1, y: 2 } }, { replaceOnChanges: ["tags.x"] });`, counts: { same: 1, update: 1 } },
      { program: `new File("a", { tags: { x: 2, y: 2 } }, { replaceOnChanges: ["tags.x"] });`, counts: { same: 1, replace: 1 } },
    ],
  },
  {
    name: "replaceOnChanges knows wildcards",
    steps: [
      { program: `new File("a", { rules: [{ port: 1, note: "n" }, { port: 2, note: "n" }] }, { replaceOnChanges: ["rules[*].port"] });` },
      { program: `new File("a", { rules: [{ port: 1, note: "m" }, { port: 2, note: "n" }] }, { replaceOnChanges: ["rules[*].port"] });`, counts: { same: 1, update: 1 } },
      { program: `new File("a", { rules: [{ port: 1, note: "m" }, { port: 3, note: "n" }] }, { replaceOnChanges: ["rules[*].port"] });`, counts: { same: 1, replace: 1 } },
      { program: `new File("a", { content: "z", rules: [{ port: 1, note: "m" }, { port: 3, note: "n" }] }, { replaceOnChanges: ["*"] });`, counts: { same: 1, replace: 1 } },
    ],
  },
];
