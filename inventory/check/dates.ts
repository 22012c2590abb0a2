/** Days as the files write them, YYYY-MM-DD. */

/** Whether the calendar has the day. */
export function isDate(text: string): boolean {
  const date = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(text);
}
