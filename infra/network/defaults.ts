/**
 * A line of FRR's configuration, unless its value is what FRR 8.4 takes anyway: it does not write such lines back, so a reload
 * would set them again for ever.
 */
export function unlessDefault(command: string, value: number | string, frrDefault: number | string): string[] {
  return value === frrDefault ? [] : [`${command} ${value}`];
}
