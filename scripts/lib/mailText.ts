/** A mail probe in words. */
import { MAIL_CHECKS, type MailReport } from "../../monitoring/probes/mail.ts";
import { table } from "./program.ts";

/** `49/49 mail`. */
export function mailSummary({ good, total }: MailReport): string {
  return `${good}/${total} mail`;
}

/** One line a miss; nothing when all is well. */
export function mailLines({ misses }: MailReport): string[] {
  return misses.map(({ from, to, check, reason }) => `mail from ${from} to ${to}: ${check}: ${reason}`);
}

/** Site × check: what is good, what is missed, and what could not be tried after a miss. */
export function mailMatrix({ passages }: MailReport): string {
  return table(["FROM", "TO", ...MAIL_CHECKS.map((check) => check.toUpperCase()), "SECONDS"], passages.map(({ from, to, checks, seconds }) => [
    from, to, ...MAIL_CHECKS.map((check) => (checks[check] === undefined ? "-" : checks[check] === true ? "ok" : "MISS")), seconds?.toFixed(1) ?? "-",
  ]));
}
