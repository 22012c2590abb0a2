import { bfdBlock } from "./bfd.ts";
import { bgpBlocks, bgpPolicies, runsBgp } from "./bgp.ts";
import { interfaceBlocks } from "./interfaces.ts";
import { ospfProcess, runsOspf } from "./ospf.ts";
import { ospf6Process } from "./ospf6.ts";
import type { HostIntent } from "../host/intent.ts";
import { REHEARSAL } from "./rehearsal.ts";
import type { Router } from "./router.ts";
import { staticRoutes } from "./static.ts";

const CONFIGURATION = "/etc/frr/frr.conf";
const DAEMONS = "/etc/frr/daemons";
const SHELL = "/etc/frr/vtysh.conf";
const UNIT = "frr.service";
const OWNED = { mode: "0640", owner: "frr:frr" } as const;

/** FRR as one integrated configuration, with only the daemons that the router needs. */
export function frrIntent(router: Router): HostIntent {
  return {
    packages: ["frr", "frr-pythontools"],
    files: {
      [DAEMONS]: { content: daemons(router), ...OWNED },
      [SHELL]: { content: "service integrated-vtysh-config\n", mode: "0640", owner: "frr:frrvty" },
      [CONFIGURATION]: { content: configuration(router), ...OWNED },
    },
    units: { [UNIT]: { enabled: true, running: true } },
    services: [
      // FRR's own reload starts added daemons and stops dropped ones, and leaves the others alone.
      { name: "frr-daemons", files: [DAEMONS], reload: `systemctl reload ${UNIT}`, unit: UNIT },
      {
        name: "frr",
        files: [CONFIGURATION],
        check: REHEARSAL,
        reload: `/usr/lib/frr/frr-reload.py --reload ${CONFIGURATION}`,
        unit: UNIT,
      },
    ],
  };
}

/**
 * FRR reads top to bottom. Areas, filters and the BFD profile come before the interfaces that use them: the other way round
 * a stub area's first hellos go out with the wrong options and BGP starts without its filters.
 *
 * Values that are FRR's own defaults are left out (`unlessDefault`), as FRR does not write them back: so
 * `frr-reload.py --test` finds no difference between this file and a router that runs it.
 */
function configuration(router: Router): string {
  const lines = [
    "frr version 8.4.4",
    "frr defaults traditional",
    `hostname ${router.host.name}`,
    "log syslog informational",
    "service integrated-vtysh-config",
    "!",
    ...staticRoutes(router),
    ...bgpPolicies(router),
    ...bfdBlock(router),
    ...ospfProcess(router),
    ...ospf6Process(router),
    ...interfaceBlocks(router),
    ...bgpBlocks(router),
  ];
  return `${lines.join("\n")}\n`;
}

/** zebra and staticd always run. Port 0 closes the daemons' telnet ports: the shell uses their sockets. */
function daemons(router: Router): string {
  const wanted = new Set([...(runsOspf(router) ? ["ospfd", "ospf6d"] : []), ...(runsBgp(router) ? ["bgpd"] : []), "bfdd"]);
  const known = ["bgpd", "ospfd", "ospf6d", "bfdd"];
  return [
    ...known.map((daemon) => `${daemon}=${wanted.has(daemon) ? "yes" : "no"}`),
    "vtysh_enable=yes",
    'zebra_options="-A 127.0.0.1 -P 0 -s 90000000"',
    ...[...known, "staticd"].map((daemon) => `${daemon}_options="-A 127.0.0.1 -P 0"`),
    "",
  ].join("\n");
}
