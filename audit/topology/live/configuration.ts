/** FRR's configuration as statements, so that what is intended and what runs can be compared whatever their order. */

/** A statement with the block that it stands in: `["interface link3"] ip ospf cost 10`. */
export interface Statement {
  /** Outermost first; empty for a statement of its own. */
  readonly blocks: readonly string[];
  readonly text: string;
}

/** Fingerprints and placeholders of keys compare as equal here: whether they are is a question of its own. */
const KEY = /( (?:md5|key|password)) \S+$/;

export function parseConfiguration(lines: readonly string[]): Statement[] {
  const blocks: string[] = [];
  const statements: Statement[] = [];
  for (const line of lines) {
    const text = line.trim();
    if (/^(|!|exit|exit-address-family|end|Building configuration.*|Current configuration.*)$/.test(text)) continue;
    const depth = line.length - line.trimStart().length;
    blocks.length = Math.min(blocks.length, depth);
    statements.push({ blocks: [...blocks], text: text.replace(KEY, "$1 (key)") });
    blocks[depth] = text;
  }
  return statements;
}

/** Key of a statement for comparisons. */
export function keyOf({ blocks, text }: Statement): string {
  return [...blocks, text].join(" / ");
}

/** Fingerprints of keys by the secret that they should be: `{{secret:ospf}}` stands where the live line has `#3f…`. */
export function fingerprints(intended: readonly string[], live: readonly string[]): { readonly statement: Statement; readonly secret: string; readonly fingerprint: string | undefined }[] {
  const keysOf = (lines: readonly string[]): Map<string, { statement: Statement; key: string }> => {
    const statements = parseConfiguration(lines);
    const kept = lines.filter((line) => KEY.test(line));
    let next = 0;
    return new Map(statements.filter((one) => one.text.endsWith("(key)")).map((statement) => [keyOf(statement), { statement, key: kept[next++]!.trim().split(" ").at(-1)! }]));
  };
  const there = keysOf(live);
  return [...keysOf(intended)].flatMap(([key, { statement, key: placeholder }]) => {
    const secret = /\{\{secret:([^}]+)\}\}/.exec(placeholder)?.[1];
    return secret === undefined ? [] : [{ statement, secret, fingerprint: there.get(key)?.key }];
  });
}
