/** Words by language, their `{names}` filled in. */
import type { Language } from "../../types.ts";
import { en } from "./en.ts";
import { vi } from "./vi.ts";

export type WordId = keyof typeof en;

const WORDS: Readonly<Record<Language, Readonly<Record<WordId, string>>>> = { vi, en };

export function word(language: Language, id: WordId, values: Readonly<Record<string, string | number>> = {}): string {
  return WORDS[language][id].replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}
