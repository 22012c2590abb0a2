import type { Case } from "../case.ts";

/** Resources that are called otherwise than before. */
const group = `class Group extends pulumi.ComponentResource {
  constructor(type: string, name: string, opts?: pulumi.ComponentResourceOptions) {
    super(type, name, {}, opts);
    new File(name + "-child", { path: dir + "/child", content: "c" }, { parent: this });
  }
}
`;

export const cases: readonly Case[] = [
  {
    name: "an alias by name keeps the resource, and what refers to it",
    steps: [
      { program: `const a = new File("a"); new File("b", { content: a.id });` },
      {
        program: `const a = new File("z", { path: dir + "/a", content: "a" }, { aliases: [{ name: "a" }] }); new File("b", { content: a.id });`,
        counts: { same: 3 },
        calls: [],
        state: { a: null, b: { dependencies: ["urn:pulumi:STACK::trial::files:index:File::z"] } },
        order: ["z", "b"],
      },
      { program: `const a = new File("z", { path: dir + "/a", content: "a" }); new File("b", { content: a.id });`, counts: { same: 3 }, stateUntouched: true },
    ],
  },
  {
    name: "an alias by URN, and one that nothing bears",
    steps: [
      { program: `new File("a");` },
      { program: `new File("z", { path: dir + "/a", content: "a" }, { aliases: [{ name: "nobody" }, "urn:pulumi:" + pulumi.getStack() + "::trial::files:index:File::a"] });`, counts: { same: 2 }, calls: [], order: ["z"] },
    ],
  },
  {
    name: "a component that is renamed brings its children along",
    steps: [
      { program: `${group}new Group("trial:index:Group", "old");`, counts: { create: 3 } },
      {
        program: `${group}new Group("trial:index:Team", "new", { aliases: [{ name: "old", type: "trial:index:Group" }] });`,
        counts: { same: 3 },
        calls: [],
        state: { "new-child": { urn: "urn:pulumi:STACK::trial::trial:index:Team$files:index:File::new-child", parent: "urn:pulumi:STACK::trial::trial:index:Team::new" }, "old-child": null, old: null },
      },
    ],
  },
  {
    name: "a resource moves into a component, and out again",
    steps: [
      { program: `new File("a");` },
      { program: `const g = new pulumi.ComponentResource("trial:index:Group", "g"); new File("a", {}, { parent: g, aliases: [{ parent: pulumi.rootStackResource }] });`, counts: { same: 2, create: 1 }, calls: [] },
      { program: `new File("a", {}, { aliases: [{ parent: "urn:pulumi:" + pulumi.getStack() + "::trial::trial:index:Group::g" }] });`, counts: { same: 2, delete: 1 }, calls: [], files: ["a"] },
    ],
  },
  {
    name: "an explicit provider that is renamed does not replace what it made",
    steps: [
      { program: `class Files extends pulumi.ProviderResource { constructor(name: string, opts?: pulumi.ResourceOptions) { super("files", name, { region: "north" }, opts); } }
new File("a", {}, { provider: new Files("p") });` },
      { program: `class Files extends pulumi.ProviderResource { constructor(name: string, opts?: pulumi.ResourceOptions) { super("files", name, { region: "north" }, opts); } }
new File("a", {}, { provider: new Files("q", { aliases: [{ name: "p" }] }) });`, counts: { same: 3 }, calls: [], order: ["q", "a"] },
    ],
  },
  {
    name: "two resources cannot take over the same one",
    steps: [
      { program: `new File("a");` },
      { program: `new File("y", { path: dir + "/a", content: "a" }, { aliases: [{ name: "a" }] }); new File("z", { path: dir + "/z" }, { aliases: [{ name: "a" }] });`, fails: "belongs to urn:pulumi:STACK::trial::files:index:File::y already", cliFails: "alias" },
    ],
  },
];
