import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { Failure } from "../../inventory/failure.ts";

/**
 * The files below a folder that the patterns of `assetPaths` and `archivePaths` name: relative, sorted, no folders. Rules
 * are asked in order, the last that matches a path decides, `!` excludes. Links to folders are not followed.
 * @throws Failure for a pattern that cannot be read.
 */
export async function matchingFiles(folder: string, patterns: readonly string[]): Promise<string[]> {
  const rules = patterns.map((pattern) => ({
    included: !pattern.startsWith("!"),
    expression: globExpression(pattern.replace(/^!/, "")),
  }));
  const files: string[] = [];
  const visit = async (relative: string): Promise<void> => {
    for (const entry of await readdir(join(folder, relative), { withFileTypes: true })) {
      const path = relative === "" ? entry.name : `${relative}/${entry.name}`;
      if (entry.isDirectory()) {
        await visit(path);
      } else if (rules.findLast(({ expression }) => expression.test(path))?.included === true) {
        files.push(path);
      }
    }
  };
  await visit("");
  return files.sort();
}

/**
 * A glob as the package documents it: `*` anything but `/`, `**` anything, `?` one character but `/`, `[a-z]`, `[!a-z]`,
 * `{a,b}`, `\` before a character that is meant itself.
 */
export function globExpression(pattern: string): RegExp {
  let depth = 0;
  const source = pattern.replaceAll(/\*\*|\\.|\[!?[^\]]+\]|[\s\S]/g, (token) => {
    switch (token) {
      case "**": return ".*";
      case "*": return "[^/]*";
      case "?": return "[^/]";
      case "{": depth += 1; return "(?:";
      case "}": depth -= 1; return ")";
      case ",": return depth > 0 ? "|" : ",";
    }
    if (token.length > 2 && token.startsWith("[")) {
      return token.replace("[!", "[^").replaceAll("\\", "\\\\");
    }
    return (token.length === 2 ? token.slice(1) : token).replaceAll(/[\\^$.*+?()[\]{}|/]/g, "\\$&");
  });
  try {
    return new RegExp(`^${source}$`, "s");
  } catch (error) {
    throw new Failure(`the pattern "${pattern}" cannot be read as a glob`, { cause: error });
  }
}
