import type { HostIntent } from "../host/intent.ts";
import { addressOf } from "../../inventory/reach.ts";
import type { Host, Province } from "../../inventory/model.ts";
import { TURN_PORTS } from "../../inventory/model/conference.ts";
import { CERTIFICATE_FILES } from "./certificate.ts";
import { placeholder, SECRET } from "./secrets.ts";
import { alwaysBack } from "./units.ts";

const CONFIGURATION = "/etc/turnserver.conf";
const UNIT = "coturn.service";
const DROP_IN = `/etc/systemd/system/${UNIT}.d/egov.conf`;

/**
 * coturn, for those whose network lets no UDP through to Janus. Its accounts are made by the gate and end with the invitation. It
 * relays to this host alone: with more it would be a way into the data center.
 */
export function turnIntent(province: Province, host: Host): HostIntent {
  return {
    packages: ["coturn"],
    files: {
      // Debian keeps its configuration so that the daemon's group may read it.
      [CONFIGURATION]: { content: configuration(province, host), mode: "0640", owner: "root:turnserver" },
      [DROP_IN]: { content: alwaysBack() },
    },
    units: { [UNIT]: { enabled: true, running: true } },
    services: [{ name: "coturn", files: [CONFIGURATION, DROP_IN, ...Object.values(CERTIFICATE_FILES)], reload: `systemctl restart ${UNIT}`, unit: UNIT }],
  };
}

function configuration(province: Province, host: Host): string {
  const one = host.interfaces[0]!;
  const addresses = [addressOf(one.ipv4), addressOf(one.ipv6)];
  const [first, last] = province.conference.relayPorts;
  return [
    `realm=${province.services.dns.zone}`,
    ...addresses.map((address) => `listening-ip=${address}`),
    ...addresses.map((address) => `relay-ip=${address}`),
    `listening-port=${TURN_PORTS.plain}`,
    `tls-listening-port=${TURN_PORTS.tls}`,
    `min-port=${first}`,
    `max-port=${last}`,
    `cert=${CERTIFICATE_FILES.certificate}`,
    `pkey=${CERTIFICATE_FILES.key}`,
    "no-tlsv1",
    "no-tlsv1_1",
    "no-dtls",
    "fingerprint",
    "use-auth-secret",
    `static-auth-secret=${placeholder(SECRET.turn)}`,
    "stale-nonce=600",
    "no-tcp-relay",
    "no-multicast-peers",
    "denied-peer-ip=0.0.0.0-255.255.255.255",
    "denied-peer-ip=::-ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
    ...addresses.map((address) => `allowed-peer-ip=${address}`),
    "no-rfc5780",
    "no-cli",
    "no-software-attribute",
    "log-file=stdout",
    "simple-log",
    "",
  ].join("\n");
}
