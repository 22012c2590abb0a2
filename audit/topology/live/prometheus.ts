/** The ways to Prometheus: by SSH on the monitoring host, or at an address that the user names. */
import { Failure } from "../../../inventory/failure.ts";
import { hostsOfRole } from "../../../inventory/reach.ts";
import type { Province } from "../../../inventory/model.ts";
import type { Access } from "../../../monitoring/access.ts";
import { queryCommand } from "../../../monitoring/screen.ts";

export interface Sample {
  readonly metric: Readonly<Record<string, string>>;
  /** Unix time and value. */
  readonly value: readonly [number, string];
}

/**
 * Evaluates a PromQL expression without single quotes at a moment (Unix time, seconds).
 * @throws Silent when there is no answer.
 */
export type Ask = (expression: string, at: number) => Promise<readonly Sample[]>;

/** Prometheus does not answer, in a few words why: a finding, not an error. */
export class Silent extends Error {}

/** A week of a hundred links at a scrape every five seconds takes Prometheus ten seconds of a busy machine. */
const TIMEOUT_SECONDS = 60;

const WHERE = "Name where Prometheus listens, such as https://giam-sat.example.vn:9090; or use --live, which asks by SSH on the monitoring host.";

/** Asks on the province's monitoring host. */
export function throughHost(province: Province, access: Pick<Access, "onHost">): Ask {
  return async (expression, at) => {
    const [host] = hostsOfRole(province, "monitoring");
    if (host === undefined) throw new Silent("the inventory has no host of the role monitoring");
    const { exitCode, stdout, stderr } = await access.onHost(host, queryCommand(province, expression, { at, timeoutSeconds: TIMEOUT_SECONDS }));
    if (exitCode !== 0) throw new Silent(`${host.name}: ${stderr.trim().split("\n").at(-1) || `exit code ${exitCode}`}`);
    const samples = samplesOf(stdout);
    if (typeof samples === "string") throw new Silent(`${host.name}: ${samples}`);
    return samples;
  };
}

/**
 * Asks at an address, with the certificates that Node trusts. Who names an address wants its answer: that there is none is an error.
 * @throws Failure, the asking as well, with what is wrong there.
 */
export function atAddress(address: string): Ask {
  const base = URL.parse(address);
  if (base === null || !/^https?:$/.test(base.protocol)) throw new Failure(`'${address}' is no address of a Prometheus`, { advice: WHERE });
  if (base.username !== "" || base.password !== "") throw new Failure("a password in an address shows in every list of processes", { advice: WHERE });
  const url = new URL(`${base.pathname.replace(/\/$/, "")}/api/v1/query`, base);
  return async (expression, at) => {
    let status: number;
    let text: string;
    try {
      const response = await fetch(url, { method: "POST", body: new URLSearchParams({ query: expression, time: String(at) }), signal: AbortSignal.timeout(TIMEOUT_SECONDS * 1000) });
      status = response.status;
      text = await response.text();
    } catch (error) {
      const { message, cause } = error as Error & { cause?: { readonly code?: string; readonly message?: string } };
      const code = cause?.code ?? cause?.message ?? message;
      throw new Failure(`${url.origin}: no answer from Prometheus (${code})`, {
        advice: /CERT|SIGNED|ISSUER|SIGNATURE/.test(code) ? "Let Node trust the authority of its certificate: NODE_EXTRA_CA_CERTS=authority.pem." : WHERE,
        cause: error,
      });
    }
    const samples = samplesOf(text);
    if (typeof samples === "string") throw new Failure(`${url.origin}: status ${status}: ${samples}`, { advice: WHERE });
    return samples;
  };
}

/** The samples of an answer to `/api/v1/query`, or what is wrong with it. */
function samplesOf(text: string): readonly Sample[] | string {
  let answer: { readonly error?: string; readonly data?: { readonly result?: readonly Sample[] } } | null;
  try {
    answer = JSON.parse(text) as typeof answer;
  } catch {
    return "the answer is not Prometheus's";
  }
  return answer?.data?.result ?? answer?.error ?? "the answer is not Prometheus's";
}
