/** The blackbox exporter: knocks at services' doors as a user would, certificates verified. */
import { stringify } from "yaml";
import type { HostIntent } from "../../infra/host/intent.ts";
import type { Province } from "../../inventory/model.ts";
import { AUTHORITY, BLACKBOX_PORT, CONFIGURATION } from "./paths.ts";
import { COMES_BACK, dropIn, unitFile } from "./unit.ts";

const UNIT = "prometheus-blackbox-exporter.service";
const ARGUMENTS = "/etc/default/prometheus-blackbox-exporter";
const FILE = `${CONFIGURATION}/blackbox.yml`;

/** Seconds until a door counts as shut: well below the scrape's own limit. */
const TIMEOUT = "3s";

export function blackboxIntent(province: Province): HostIntent {
  return {
    packages: ["prometheus-blackbox-exporter"],
    files: {
      [ARGUMENTS]: { content: `ARGS="--config.file=${FILE} --web.listen-address=127.0.0.1:${BLACKBOX_PORT} --log.level=error"\n` },
      [FILE]: { content: stringify({ modules: modules(province) }, { lineWidth: 0, aliasDuplicateObjects: false }) },
      [dropIn(UNIT)]: unitFile(COMES_BACK),
    },
    units: { [UNIT]: { enabled: true, running: true } },
    services: [
      {
        name: "blackbox", files: [FILE, ARGUMENTS, dropIn(UNIT)], unit: UNIT, reload: `systemctl restart ${UNIT}`,
        check: `prometheus-blackbox-exporter --config.check --config.file="$STAGE${FILE}"`,
      },
    ],
  };
}

function modules(province: Province): Record<string, object> {
  const tls_config = { ca_file: AUTHORITY };
  const tcp = { preferred_ip_protocol: "ip4" };
  return {
    dns: { prober: "dns", timeout: TIMEOUT, dns: { query_name: province.services.dns.zone, query_type: "SOA", preferred_ip_protocol: "ip4", validate_answer_rrs: { fail_if_none_matches_regexp: ["SOA"] } } },
    tcp: { prober: "tcp", timeout: TIMEOUT, tcp },
    tls: { prober: "tcp", timeout: TIMEOUT, tcp: { ...tcp, tls: true, tls_config, query_response: [{ expect: "^220 " }, { send: "QUIT" }] } },
    imaps: { prober: "tcp", timeout: TIMEOUT, tcp: { ...tcp, tls: true, tls_config, query_response: [{ expect: "^\\* OK" }, { send: "a LOGOUT" }] } },
    smtp: { prober: "tcp", timeout: TIMEOUT, tcp: { ...tcp, tls_config, query_response: [
      { expect: "^220 [^ ]+ ESMTP" }, { send: "EHLO prober\r" }, { expect: "^250[ -]STARTTLS" }, { send: "STARTTLS\r" }, { expect: "^220" },
      { starttls: true }, { send: "EHLO prober\r" }, { expect: "^250[ -]" }, { send: "QUIT\r" },
    ] } },
    https: { prober: "http", timeout: TIMEOUT, http: { preferred_ip_protocol: "ip4", fail_if_not_ssl: true, tls_config } },
  };
}
