import { describe, expect, test } from "vitest";
import { conferenceScript, probeConference, readConference } from "./conference.ts";

const line = (text: string): string => Buffer.from(text).toString("base64");
const PAGE = line("HTTP/1.1 200 OK\r\n\r\n<!doctype html>");
const ENTERED = line('HTTP/1.1 101 Switching Protocols\r\n\r\n\x81\x7e{"type":"welcome","room":{"slug":"big"}}\x81\x20{"type":"participants","participants":[]}');
const target = { name: "hop.example", gatePath: "/gate", authority: "PEM", invitation: () => ({ token: "t".repeat(200), room: "big" }) };

describe("an office's view of the conference", () => {
  test("is well when the page is there and the room can be entered", () => {
    expect(readConference(`${PAGE}\n${ENTERED}\n`, "big")).toBeUndefined();
  });

  test.each([
    ["no page", "\n\n", { step: "page", got: "" }],
    ["an error in the page's place", `${line("HTTP/1.1 502 Bad Gateway\r\n\r\n")}\n${ENTERED}`, { step: "page", got: "HTTP/1.1 502 Bad Gateway" }],
    ["a refusal", `${PAGE}\n${line('HTTP/1.1 101 x\r\n\r\n\x81\x28{"type":"refused","reason":"expired"}')}`, { step: "gate", got: '{"type":"refused","reason":"expired"}' }],
    ["a gate that is down", `${PAGE}\n${line("HTTP/1.1 502 Bad Gateway\r\n\r\n")}`, { step: "gate", got: "HTTP/1.1 502 Bad Gateway" }],
    ["an invitation that holds, but no room behind it", `${PAGE}\n${line('HTTP/1.1 101 x\r\n\r\n{"type":"welcome","room":{"slug":"big"}}')}`, { step: "gate", got: "HTTP/1.1 101 x" }],
  ])("%s is a miss", (_, stdout, miss) => {
    expect(readConference(stdout, "big")).toEqual(miss);
  });

  test("the exchange carries both messages in frames that a server takes: masked, with their length", () => {
    const commands = [...conferenceScript(target, "t".repeat(200)).matchAll(/^echo (\S+) /gm)].map(([, text]) => Buffer.from(text as string, "base64"));
    const frames = commands[1]!.subarray(commands[1]!.indexOf("\r\n\r\n") + 4);
    const hello = JSON.stringify({ type: "hello", token: "t".repeat(200) });
    expect([...frames.subarray(0, 8)]).toEqual([0x81, 0xfe, 0, hello.length, 0, 0, 0, 0]);
    expect(frames.subarray(8, 8 + hello.length).toString()).toBe(hello);
    expect([...frames.subarray(8 + hello.length, 8 + hello.length + 2)]).toEqual([0x81, 0x80 | JSON.stringify({ type: "leave" }).length]);
  });

  test("what a site lacks is named; sites are counted once", async () => {
    const vantage = (site: string, stdout: string, stderr = "") => ({ site, address: { ipv4: "", ipv6: "" }, run: async () => ({ exitCode: 0, stdout, stderr }) });
    const report = await probeConference([vantage("good", `${PAGE}\n${ENTERED}`), vantage("bad", "\n\n", "connect:errno=111\n")], target);
    expect(report).toEqual({ sites: { reached: 1, total: 2 }, misses: [{ site: "bad", step: "page", room: "big", got: "connect:errno=111" }] });
  });
});
