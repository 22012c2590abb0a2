/** Every sentence of the audit by its id, in both languages. A part of the audit may keep its sentences in files of its own. */
import type { Text } from "../types.ts";
import { en } from "./en.ts";
import { vi } from "./vi.ts";

export const MESSAGES = { en, vi } as const satisfies Record<keyof Text, Readonly<Record<keyof typeof en, string>>>;

export type MessageId = keyof typeof en;

/** Values of a sentence's `{names}`. */
export type Values = Readonly<Record<string, string | number>>;

/**
 * A sentence in both languages, its `{names}` filled in.
 * @throws Error when the sentence has a name that no value is given for.
 */
export function say(id: MessageId, values: Values = {}): Text {
  const fill = (text: string): string =>
    text.replace(/\{(\w+)\}/g, (_, name: string) => {
      const value = values[name];
      if (value === undefined) throw new Error(`the message ${id} lacks a value for {${name}}`);
      return String(value);
    });
  return { vi: fill(vi[id]), en: fill(en[id]) };
}

/** Names shown in a row; the rest is counted. */
const SHOWN = 8;

/** `a, b, c` or, where there are many, `a, b, … (+12)`: the same in both languages. */
export function list(names: readonly string[]): string {
  return names.length <= SHOWN ? names.join(", ") : `${names.slice(0, SHOWN).join(", ")} … (+${names.length - SHOWN})`;
}
