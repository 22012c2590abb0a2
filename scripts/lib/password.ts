/** A password from whoever runs the command, without showing it. */
import { createInterface } from "node:readline/promises";
import { Writable } from "node:stream";
import { text } from "node:stream/consumers";
import { Failure } from "../../inventory/failure.ts";

/** Asks twice on a terminal; else takes the first line of standard input. @throws Failure when the two differ. */
export async function readPassword(prompt: string): Promise<string> {
  if (!process.stdin.isTTY) return (await text(process.stdin)).split(/\r?\n/, 1)[0]!;
  const first = await ask(`${prompt}: `);
  const second = await ask("The same again: ");
  if (first !== second) throw new Failure("the two differ; nothing was changed");
  return first;
}

async function ask(question: string): Promise<string> {
  process.stderr.write(question);
  // What the terminal would echo goes nowhere.
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  const terminal = createInterface({ input: process.stdin, output: nowhere, terminal: true });
  try {
    return await terminal.question("");
  } finally {
    terminal.close();
    process.stderr.write("\n");
  }
}
