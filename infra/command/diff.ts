import { isDeepStrictEqual } from "node:util";
import { holdsUnknown } from "../host/inputs.ts";
import { isArchive, isAsset } from "./assets.ts";
import { type Properties, plain } from "./secrets.ts";
import { inputNames } from "./validate.ts";

/** The inputs in which a resource's state and what is wanted differ; what is not known yet differs. */
export function changedInputs(type: string, state: unknown, wanted: unknown): string[] {
  const old = plain<Properties>(state);
  const now = plain<Properties>(wanted);
  return (inputNames(type) ?? []).filter((name) => holdsUnknown(now[name]) || !isDeepStrictEqual(comparable(old[name]), comparable(now[name])));
}

/** Assets are the same when their contents are, wherever they lie. */
function comparable(value: unknown): unknown {
  if (typeof value !== "object" || value === null) {
    return value ?? undefined;
  }
  if ((isAsset(value) || isArchive(value)) && typeof value["hash"] === "string") {
    return { asset: isAsset(value), hash: value["hash"] };
  }
  return Array.isArray(value)
    ? value.map(comparable)
    : Object.fromEntries(Object.entries(value).filter(([, member]) => member !== null).map(([key, member]) => [key, comparable(member)]));
}
