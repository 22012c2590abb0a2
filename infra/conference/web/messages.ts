/** The page's texts in its two languages. */
import en from "./messages.en.json" with { type: "json" };
import vi from "./messages.vi.json" with { type: "json" };

export type Text = keyof typeof vi;
export type Language = "vi" | "en";

const MESSAGES: Readonly<Record<Language, Readonly<Record<Text, string>>>> = { vi, en };
const KEPT_AS = "language";

/** What was chosen last, else what the browser prefers, else Vietnamese. */
export function initialLanguage(): Language {
  const kept = localStorage.getItem(KEPT_AS);
  if (kept === "vi" || kept === "en") return kept;
  return navigator.language.startsWith("en") ? "en" : "vi";
}

export function keepLanguage(language: Language): void {
  localStorage.setItem(KEPT_AS, language);
}

export function message(language: Language, text: Text): string {
  return MESSAGES[language][text];
}
