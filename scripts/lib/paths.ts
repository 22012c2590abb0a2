/** Where things stand, absolute. */
import { resolve } from "node:path";

/** The folder that holds Pulumi.yaml. */
export const projectDirectory = resolve(import.meta.dirname, "../..");

/** A province's folder as the user named it: relative to where they stand, or else to the project. */
export function inventoryDirectory(option: string, exists: (path: string) => boolean): string {
  const here = resolve(option);
  return exists(here) ? here : resolve(projectDirectory, option);
}
