import type { HostIntent } from "../host/intent.ts";
import { TURN_PORTS } from "../../inventory/model/conference.ts";
import type { Province } from "../../inventory/model.ts";
import { gateBundle } from "./bundle.ts";
import { webNames } from "./certificate.ts";
import type { GateSettings } from "./gate/settings.ts";
import { JANUS } from "./janus.ts";
import { placeholder, SECRET } from "./secrets.ts";
import { alwaysBack, HARDENING } from "./units.ts";

const PROGRAM = "/usr/local/lib/egov/conference-gate.cjs";
const SETTINGS = "/etc/egov/conference-gate.json";
const UNIT = "egov-conference-gate.service";
const PATH = `/etc/systemd/system/${UNIT}`;

/** The gate listens here, on loopback, behind the web server. */
export const GATE_PORT = 8089;

/** Our own gate between browsers and Janus: see gate/gate.ts. */
export function gateIntent(province: Province): HostIntent {
  return {
    packages: ["nodejs"],
    files: {
      [PROGRAM]: { content: gateBundle() },
      [SETTINGS]: { content: `${JSON.stringify(settings(province), undefined, 2)}\n`, mode: "0640" },
      [PATH]: { content: unit() },
    },
    units: { [UNIT]: { enabled: true, running: true } },
    services: [{ name: "conference-gate", files: [PROGRAM, SETTINGS, PATH], reload: `systemctl restart ${UNIT}`, unit: UNIT }],
  };
}

function settings(province: Province): GateSettings {
  const { rooms, videoKbps } = province.conference;
  const [name] = webNames(province);
  return {
    listen: { host: "127.0.0.1", port: GATE_PORT },
    janus: `ws://127.0.0.1:${JANUS.websocket}`,
    rooms: Object.fromEntries(rooms.map((room) => [room.slug, room.name])),
    videoKbps,
    turnUrls: [`turn:${name}:${TURN_PORTS.plain}?transport=udp`, `turn:${name}:${TURN_PORTS.plain}?transport=tcp`, `turns:${name}:${TURN_PORTS.tls}?transport=tcp`],
    secrets: {
      api: placeholder(SECRET.api),
      room: placeholder(SECRET.room),
      invitations: placeholder(SECRET.invitations),
      turn: placeholder(SECRET.turn),
    },
  };
}

function unit(): string {
  const service = alwaysBack([
    "Type=exec",
    "DynamicUser=yes",
    `LoadCredential=settings.json:${SETTINGS}`,
    `ExecStart=/usr/bin/node ${PROGRAM} %d/settings.json`,
    ...HARDENING,
  ]);
  return `${service.replace("[Unit]\n", "[Unit]\nDescription=Gate of the conference: invitations and roles\nAfter=network.target janus.service\n")}\n[Install]\nWantedBy=multi-user.target\n`;
}
