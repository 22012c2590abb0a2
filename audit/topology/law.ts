/** The state's rules for the dedicated network, apart from what this province's design adds. */

/** An article of the circular, as a check's source names it. It was read from a mirror, so the wording is ours and the number counts. */
export function circular(article: string): string {
  return `Circular 06/2026/TT-BKHCN art. ${article} (unofficial mirror)`;
}
