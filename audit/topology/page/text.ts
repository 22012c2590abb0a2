/** Texts for places where they could be taken for markup. */

const MARKUP: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };

/** For HTML and XML, in elements and in quoted attributes. Control characters, which XML has none of, are left out. */
export function escapeMarkup(text: string): string {
  return text.replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, "").replace(/[&<>"']/g, (sign) => MARKUP[sign]!);
}

/** JSON for the inside of a script element: nothing in it can end the element. */
export function scriptJson(value: unknown): string {
  return JSON.stringify(value).replace(/[<>&\u2028\u2029]/g, (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

/** Breaks a label into at most `lines` lines of about `width` letters; what is left over ends in an ellipsis. */
export function wrap(text: string, width: number, lines: number): string[] {
  const rows: string[] = [];
  for (const part of text.split(/\s+/)) {
    const last = rows.at(-1);
    if (last !== undefined && last.length + 1 + part.length <= width) rows[rows.length - 1] = `${last} ${part}`;
    else rows.push(part);
  }
  if (rows.length <= lines) return rows;
  return [...rows.slice(0, lines - 1), `${rows[lines - 1]!}…`];
}
