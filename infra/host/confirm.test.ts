import { expect, test } from "vitest";
import { asConfirmed, GOES_BACK, IS_BACK, wentBack } from "./confirm.ts";
import type { ConfigurationInputs } from "./inputs.ts";
import { decidesLogin, decidesReach } from "./reach.ts";

const wanted: ConfigurationInputs = {
  host: "r-vinh", role: "network",
  connection: { address: "198.18.0.22", port: 22, user: "root", identityFile: "id", knownHostsFile: "known" },
  guard: { neighbours: { probe: "true", expected: { a: "agg1" } } },
};

test("neighbours count unless EGOV_CONFIRM says that the new connection is enough", () => {
  expect(asConfirmed(wanted, {})).toEqual(wanted);
  expect(asConfirmed(wanted, { EGOV_CONFIRM: "" })).toEqual(wanted);
  expect(asConfirmed(wanted, { EGOV_CONFIRM: "neighbours" })).toEqual(wanted);
  expect(asConfirmed(wanted, { EGOV_CONFIRM: "reach" })).toEqual({ ...wanted, guard: {} });
  expect(() => asConfirmed(wanted, { EGOV_CONFIRM: "none" })).toThrow("EGOV_CONFIRM is 'none'");
});

test("a host that went back is told from one that refused, or was not reached", () => {
  expect(wentBack(`r-vinh (198.18.0.22): its neighbours agg1 (ospf2 on link34) are not back 20 s after the change; ${IS_BACK}`)).toBe(true);
  expect(wentBack(`r-vinh (198.18.0.22): the connection was lost in the middle; ${GOES_BACK}`)).toBe(true);
  expect(wentBack("r-vinh (198.18.0.22): vtysh refuses /etc/frr/frr.conf: line 3: % Unknown command")).toBe(false);
  expect(wentBack("r-vinh (198.18.0.22): no answer on port 22 for 60 s: timed out")).toBe(false);
});

test.each([
  ["/etc/ssh/sshd_config.d/10-x.conf", true, true], ["/root/.ssh/authorized_keys", true, true], ["/home/operator/.ssh/authorized_keys", true, true],
  ["/etc/sudoers.d/operator", true, true], ["/etc/frr/frr.conf", true, false], ["/etc/systemd/network/10-eth0.network", true, false],
  ["/etc/nftables.conf", true, false], ["/etc/nftables.conf.old", false, false], ["/etc/bind/named.conf", false, false], ["/srv/etc/ssh/x", false, false],
])("a change of %s can cut off: %s, can lock out: %s", (path, reach, login) => {
  expect([decidesReach(path), decidesLogin(path)]).toEqual([reach, login]);
});
