import type { HostIntent } from "../host/intent.ts";
import { CONFERENCE_CERTIFICATE } from "../../inventory/model/conference.ts";
import type { Province } from "../../inventory/model.ts";
import { serverTls, type Tls } from "../pki/tls.ts";

/** The host's certificate and its key, for the web server and TURN. */
export const CERTIFICATE_FILES = { certificate: "/etc/egov/conference.crt", key: "/etc/egov/conference.key" } as const;

/** TURN does not run as root; its group may read the key. */
export function certificateIntent(tls: Tls): HostIntent {
  const { certificate, key } = serverTls(tls, CONFERENCE_CERTIFICATE);
  return {
    files: {
      [CERTIFICATE_FILES.certificate]: { content: certificate },
      [CERTIFICATE_FILES.key]: { content: key, mode: "0640", owner: "root:turnserver" },
    },
  };
}

/** Names that the service answers to; links are made with the first. */
export function webNames(province: Province): readonly string[] {
  return province.certificates.get(CONFERENCE_CERTIFICATE)!.names;
}
