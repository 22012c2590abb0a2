import type { HostIntent } from "../host/intent.ts";
import { addressOf, hostsOfRole } from "../../inventory/reach.ts";
import type { Host, Province, Room } from "../../inventory/model.ts";
import { AF41 } from "../network/dscp.ts";
import { placeholder, SECRET } from "./secrets.ts";
import { alwaysBack, HARDENING } from "./units.ts";

const FOLDER = "/etc/janus";
const UNIT = "janus.service";
const BUFFERS = "/etc/sysctl.d/60-egov-conference.conf";
const DROP_IN = `/etc/systemd/system/${UNIT}.d/egov.conf`;

/** Janus's ports; media ports are the inventory's. */
export const JANUS = { websocket: 8188, admin: 7088 } as const;

/**
 * What three simulcast layers (1280×720, 640×360, 320×180) and the sound take together, as a multiple of the largest layer's
 * rate: the room's limit counts them all, and a tighter one would starve the largest.
 */
const ALL_LAYERS = 1.6;

/** Janus with its VideoRoom alone. Its API listens on loopback, for the gate; the admin API is for the monitoring host. */
export function janusIntent(province: Province, host: Host): HostIntent {
  const files: Record<string, string> = {
    "janus.jcfg": core(province, host),
    "janus.plugin.videoroom.jcfg": rooms(province),
    "janus.transport.http.jcfg": admin(province, host),
    "janus.transport.websockets.jcfg": websockets(),
  };
  const paths = Object.keys(files).map((name) => `${FOLDER}/${name}`);
  return {
    packages: ["janus"],
    files: {
      ...Object.fromEntries(Object.entries(files).map(([name, content]) => [`${FOLDER}/${name}`, { content, mode: "0640" }])),
      [DROP_IN]: { content: dropIn(Object.keys(files)) },
      [BUFFERS]: { content: buffers() },
    },
    units: { [UNIT]: { enabled: true, running: true } },
    // Janus reads its files only when it starts: a change of rooms ends the meetings under way, whose pages come back by themselves.
    services: [
      { name: "receive-buffers", files: [BUFFERS], reload: `/lib/systemd/systemd-sysctl ${BUFFERS}` },
      { name: "janus", files: [...paths, DROP_IN], reload: `systemctl restart ${UNIT}`, unit: UNIT },
    ],
  };
}

function core(province: Province, host: Host): string {
  const [first, last] = province.conference.mediaPorts;
  return section("general", {
    debug_level: 3,
    server_name: host.name,
    api_secret: placeholder(SECRET.api),
    admin_secret: placeholder(SECRET.admin),
    session_timeout: 60,
    hide_dependencies: true,
  }) + section("media", {
    ipv6: true,
    rtp_port_range: `${first}-${last}`,
    dscp: AF41.value,
  }) + section("nat", {
    // Everybody reaches Janus at its own address, so it need not look for ways out of itself.
    ice_lite: true,
    ignore_mdns: true,
    ice_enforce_list: host.interfaces[0]!.name,
  }) + section("plugins", {
    disable: ["audiobridge", "duktape", "echotest", "lua", "nosip", "recordplay", "sip", "streaming", "textroom", "videocall", "voicemail"]
      .map((name) => `libjanus_${name}.so`).join(","),
  }) + section("transports", {
    disable: ["mqtt", "nanomsg", "pfunix", "rabbitmq"].map((name) => `libjanus_${name}.so`).join(","),
  }) + section("events", { broadcast: false }) + section("loggers", { disable: "libjanus_jsonlog.so" });
}

function rooms({ conference }: Province): string {
  return section("general", { admin_key: placeholder(SECRET.room), string_ids: true, events: false })
    + conference.rooms.map((room) => section(`room-${room.slug}`, roomSettings(room, conference.videoKbps))).join("");
}

/** `secret` lets moderate, `pin` lets in: only the gate has them, and decides for whom it uses them. */
function roomSettings(room: Room, videoKbps: number): Settings {
  return {
    description: room.name,
    is_private: true,
    secret: placeholder(SECRET.room),
    pin: placeholder(SECRET.room),
    publishers: room.publishers,
    bitrate: Math.round(videoKbps * ALL_LAYERS) * 1000,
    bitrate_cap: true,
    audiocodec: "opus",
    videocodec: "vp8",
    opus_fec: true,
    transport_wide_cc_ext: true,
    record: false,
  };
}

/** The admin API answers the monitoring host and the host itself: whoever else gets past the filter lacks an address in the list. */
function admin(province: Province, host: Host): string {
  const allowed = [...hostsOfRole(province, "monitoring"), host].map(({ interfaces }) => addressOf(interfaces[0]!.ipv4));
  return section("general", { http: false, https: false, events: false })
    + section("admin", { admin_base_path: "/admin", admin_http: true, admin_port: JANUS.admin, admin_https: false, admin_acl: ["127.0.0.1", ...allowed].join(",") });
}

function websockets(): string {
  return section("general", { json: "compact", ws: true, ws_port: JANUS.websocket, ws_ip: "127.0.0.1", wss: false, events: false, pingpong_trigger: 30, pingpong_timeout: 10 })
    + section("admin", { admin_ws: false, admin_wss: false });
}

/**
 * Debian's unit runs Janus as root and brings it back only after a crash. Its files hold secrets, so systemd hands copies of them
 * to a user that exists only while it runs.
 */
function dropIn(files: readonly string[]): string {
  return alwaysBack([
    "Type=exec",
    "DynamicUser=yes",
    ...files.map((name) => `LoadCredential=${name}:${FOLDER}/${name}`),
    "ExecStart=",
    "ExecStart=/usr/bin/janus --disable-colors --log-stdout --configs-folder=%d",
    // Media that wait are media lost; whatever else the host does can wait.
    "Nice=-10",
    ...HARDENING,
    "MemoryDenyWriteExecute=yes",
  ]);
}

/**
 * Janus takes the kernel's default buffer for what arrives; 208 KiB are full after a tenth of a second of a busy room. A container
 * cannot set it, nor need it: the dash lets that pass.
 */
function buffers(): string {
  return "-net.core.rmem_default = 4194304\n-net.core.rmem_max = 4194304\n";
}

type Settings = Readonly<Record<string, string | number | boolean>>;

/** A group in libconfig's notation. JSON's escapes are libconfig's. */
function section(name: string, settings: Settings): string {
  return [`${name}: {`, ...Object.entries(settings).map(([key, value]) => `\t${key} = ${JSON.stringify(value)}`), "}", ""].join("\n");
}
