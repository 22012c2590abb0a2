import { Failure } from "../../inventory/failure.ts";

/**
 * An OSPF key as FRR takes it, unchanged: 4 to 16 characters without blanks. ospfd cuts a longer MD5 key off (RFC 2328, D.3) and
 * ospf6d does not, so the two would silently differ from what was asked.
 * @throws Failure for any other text; it does not repeat the key.
 */
export function ospfSecret(key: string): string {
  if (/^[!-~]{4,16}$/.test(key)) return key;
  throw new Failure("the OSPF key must have 4 to 16 printable ASCII characters and no blanks", {
    advice: "Set another one: pulumi config set --secret egov:ospf.",
  });
}
