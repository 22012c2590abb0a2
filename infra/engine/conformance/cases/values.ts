import type { Case } from "../case.ts";

/** Values, functions, assets and providers. */
export const cases: readonly Case[] = [
  {
    name: "stack outputs come, change and go",
    steps: [
      { program: `const a = new File("a"); export const size = a.size; export const plain = { deep: ["x"] };`, outputs: { size: 1, plain: { deep: ["x"] } } },
      { program: `const a = new File("a", { content: "longer" }); export const size = a.size;`, outputs: { size: 6 } },
      { program: `new File("a", { content: "longer" });`, outputs: {} },
    ],
  },
  {
    name: "in a preview what depends on a new resource is unknown, however deep",
    steps: [
      { operation: "preview", program: `const a = new File("a"); new File("b", { nested: { list: [a.id] }, content: a.size.apply((size) => { if (typeof size !== "number") throw new Error("ran"); return String(size); }) });`, counts: { create: 3 }, calls: [], files: [] },
      { counts: { create: 3 }, state: { b: { inputs: { content: "1" } } } },
      { operation: "preview", counts: { same: 3 }, stateUntouched: true },
    ],
  },
  {
    name: "functions answer, plain and as outputs, and keep secrets secret",
    steps: [
      {
        program: `const { upper } = await pulumi.runtime.invoke("files:index:shout", { text: "hey" }) as { upper: string };
const hidden = pulumi.runtime.invokeOutput<{ upper: string }>("files:index:shout", { text: pulumi.secret("hush") });
export const plain = upper; export const out = hidden.apply((result) => result.upper);`,
        outputs: { plain: "HEY", out: "[secret]" },
      },
    ],
  },
  {
    name: "a resource can be looked up by its URN",
    steps: [{ program: `const a = new File("a"); export const found = a.urn.apply(async (urn) => ((await pulumi.runtime.invoke("pulumi:pulumi:getResource", { urn })) as any).state.size);`, outputs: { found: 1 } }],
  },
  {
    name: "assets and archives are known by the hash of what they hold",
    beside: { "site/index.html": "<p>hello</p>\n", "site/css/main.css": "p {}\n", "motd.txt": "welcome\n" },
    steps: [
      {
        program: `const { StringAsset, FileAsset, FileArchive, AssetArchive } = pulumi.asset;
new File("a", { text: new StringAsset("hello"), file: new FileAsset("motd.txt"), site: new FileArchive("site"), mixed: new AssetArchive({ "b.txt": new StringAsset("b"), "sub": new FileArchive("site"), "a.txt": new FileAsset("motd.txt") }) });`,
        state: {
          a: {
            inputs: {
              text: { "4dabf18193072939515e22adb298388d": "c44067f5952c0a294b673a41bacd8c17", hash: "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824", text: "hello" },
              file: { hash: "77f44b9024fd19a6674a62d98939f4e7f1b77f64eac4c7559414c46bdaec494c", path: "motd.txt" },
              site: { "4dabf18193072939515e22adb298388d": "0def7320c3a5731c473e5ecbe6d01bc7", path: "site" },
              mixed: { assets: { "b.txt": { text: "b" }, "a.txt": { path: "motd.txt" }, sub: { path: "site" } } },
            },
          },
        },
      },
      { counts: { same: 2 }, calls: [], stateUntouched: true },
    ],
  },
  {
    name: "a dynamic provider makes, changes and deletes",
    steps: [
      { program: dynamic("three"), counts: { create: 2 }, outputs: { length: 5 } },
      { counts: { same: 2 } },
      { program: dynamic("four"), counts: { same: 1, update: 1 }, outputs: { length: 4 } },
      { program: ``, counts: { same: 1, delete: 1 }, state: { t: null } },
    ],
  },
  {
    name: "an explicit provider is a resource of its own, and goes after what it made",
    steps: [
      { program: explicit("north"), counts: { create: 3 }, order: ["mine", "a"] },
      { program: explicit("south"), counts: { same: 2, update: 1 }, calls: [] },
      { program: ``, counts: { same: 1, delete: 2 }, calls: ["delete a"] },
    ],
  },
  {
    name: "hideDiffs hides, and changes nothing else",
    steps: [
      { program: `new File("a", { content: "one" }, { hideDiffs: ["content"] });` },
      { program: `new File("a", { content: "two" }, { hideDiffs: ["content"] });`, counts: { same: 1, update: 1 }, state: { a: { inputs: { content: "two" } } } },
    ],
  },
];

function explicit(region: string): string {
  return `class Files extends pulumi.ProviderResource { constructor() { super("files", "mine", { region: "${region}" }); } }
new File("a", {}, { provider: new Files() });`;
}

function dynamic(text: string): string {
  return `const provider: pulumi.dynamic.ResourceProvider = {
  async create(inputs) { return { id: "one", outs: { text: inputs.text, length: inputs.text.length } }; },
  async update(_id, _olds, news) { return { outs: { text: news.text, length: news.text.length } }; },
  async delete() {},
};
class Text extends pulumi.dynamic.Resource {
  declare readonly length: pulumi.Output<number>;
  constructor(name: string, text: string) { super(provider, name, { text, length: undefined }); }
}
export const length = new Text("t", ${JSON.stringify(text)}).length;`;
}
