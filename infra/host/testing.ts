import { existsSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { fixtureProvince } from "../twin/fixture.ts";
import { execIn, twinConnection, twinDown, twinName, twinStatus, twinUp } from "../twin/index.ts";
import { tryLock } from "../twin/lock.ts";
import type { ConfigurationInputs, Connection } from "./inputs.ts";
import type { HostIntent } from "./intent.ts";
import { openSession, type HostSession } from "./ssh.ts";

/** A real Debian host for tests. */
export interface TestHost {
  readonly name: string;
  readonly connection: Connection;
  readonly session: HostSession;
  /** What a command prints on the host; its errors too. */
  sh(command: string): Promise<string>;
  /** Ends the host as a power cut would, and boots it with the disk that it had. The host as it is then. */
  rebooted(): Promise<TestHost>;
}

/**
 * Boots a host for a test file: the twin of a province that has nothing but a data center. `name` keeps test files
 * that run at the same time apart; `number` (0 to 255) is part of their management prefix. Throws an Error when another
 * process, such as the same test in another checkout, has one of that name.
 */
export async function startTestHost(name: string, number: number): Promise<{ host: TestHost; stop(): Promise<void> }> {
  const province = fixtureProvince({ slug: `host-${name}`, managementPrefix: `172.30.${number}.0/24`, offices: 0 });
  const environment = province.environments.get("twin")!;
  const boot = () => twinUp(province, "twin", { packages: ["frr", "nftables"], communes: "none" });
  const lock = await tryLock(`test-host/${name}`);
  if ("heldBy" in lock) throw new Error(`process ${lock.heldBy} has a test host ${name}: wait for its end`);
  // What a test that was killed has left behind.
  await twinDown(twinName(province, province.environments.get("twin")!));
  const report = await boot();
  const stop = async (): Promise<void> => {
    await twinDown(report.twin);
    await lock.release();
  };
  const core = province.hosts.get("core")!;
  const connection = { ...twinConnection(province, environment, core), timeoutSeconds: 20 };
  if (report.failed.length > 0 || !existsSync(connection.identityFile)) {
    await stop();
    throw new Error(`the test host did not come up: ${JSON.stringify(report.failed)}`);
  }
  let session: HostSession;
  const open = async (): Promise<TestHost> => {
    const own = session = await openSession(connection, new AbortController().signal);
    const sh = async (command: string): Promise<string> =>
      (await own.run("exec sh 2>&1", Buffer.from(command))).stdout.toString("utf8");
    const rebooted = async (): Promise<TestHost> => {
      own.close();
      await execIn(report.twin, core.name, ["systemctl", "poweroff", "--force", "--force"]).catch(() => undefined);
      while ((await twinStatus(report.twin)).hosts.some((one) => one.name === core.name && one.running)) await sleep(100);
      await boot();
      return open();
    };
    return { name: core.name, connection, session: own, sh, rebooted };
  };
  return {
    host: await open(),
    stop: async () => {
      session.close();
      await stop();
    },
  };
}

/** A daemon that lives on a shell alone: it will not start or reload with `broken` in its configuration. */
export function demoDaemon(name: string, configuration: string): HostIntent {
  const file = `/etc/${name}/${name}.conf`;
  const unit = `${name}.service`;
  return {
    files: {
      [`/etc/systemd/system/${unit}`]: {
        content: `[Unit]\nDescription=${name}\n[Service]\nExecStartPre=/bin/sh -c 'grep -q broken ${file} && echo "${name}: line 1 is broken" && exit 1 || true'\n`
          + `ExecStart=/bin/sleep infinity\n[Install]\nWantedBy=multi-user.target\n`,
      },
      [file]: { content: configuration },
    },
    units: { [unit]: { enabled: true, running: true } },
    services: [{
      name, files: [file], unit,
      check: `if grep -q refused "$STAGE${file}"; then echo "$STAGE${file}:1: refused"; exit 1; fi`,
      reload: `systemctl restart ${unit}`,
    }],
  };
}

/** Several intents of one role as one. */
export function together(...intents: HostIntent[]): HostIntent {
  return {
    files: Object.assign({}, ...intents.map((intent) => intent.files)),
    units: Object.assign({}, ...intents.map((intent) => intent.units)),
    sysctls: Object.assign({}, ...intents.map((intent) => intent.sysctls)),
    services: intents.flatMap((intent) => intent.services ?? []),
    ...(intents.some((intent) => intent.guard) && { guard: Object.assign({}, ...intents.map((intent) => intent.guard)) }),
  };
}

/** The inputs of a Configuration on a test host. */
export function inputsOf(host: TestHost, role: string, intent: HostIntent, secrets?: Record<string, string>): ConfigurationInputs {
  return { host: host.name, role, connection: host.connection, ...intent, ...(secrets && { secrets }) };
}
