import { expect, test } from "vitest";
import fc from "fast-check";
import { conceal, reveal, secretNames, withoutSecrets } from "./secrets.ts";

const secrets = { KEY: "s3cr3t", LONGER: "s3cr3t-and-more", PEM: "-----BEGIN KEY-----\nMC4CAQAwBQYDK2Vw\n-----END KEY-----" };

test("a text's secrets are named once each", () => {
  expect(secretNames("{{secret:KEY}} {{secret:PEM}} {{secret:KEY}} {{secret}} {secret:NO}")).toEqual(["KEY", "PEM"]);
});

test("values take the place of names, also those that look like patterns", () => {
  expect(reveal("a {{secret:KEY}} b {{secret:KEY}}", { KEY: "$& $1 \\" })).toBe("a $& $1 \\ b $& $1 \\");
  expect(() => reveal("{{secret:OTHER}}", secrets)).toThrow("secret OTHER is not given");
});

test("messages are cleared of values, the longer first, and of single lines of a long one", () => {
  expect(conceal("s3cr3t-and-more s3cr3t", secrets)).toBe("{{secret:LONGER}} {{secret:KEY}}");
  expect(conceal("line 2: MC4CAQAwBQYDK2Vw is no key", secrets)).toBe("line 2: {{secret:PEM}} is no key");
});

test("what was not changed reads as its template, whatever the values", () => {
  fc.assert(fc.property(fc.string(), fc.string(), fc.string({ minLength: 4 }), fc.string({ minLength: 4 }), (before, after, KEY, OTHER) => {
    const template = `${before}{{secret:KEY}}${after}{{secret:OTHER}}`;
    expect(withoutSecrets(template, reveal(template, { KEY, OTHER }), { KEY, OTHER })).toBe(template);
  }));
});

test("a changed text keeps its secrets hidden, those of others too", () => {
  const template = "user admin\npassword {{secret:KEY}} 7\nend\n";
  expect(withoutSecrets(template, "user root\npassword s3cr3t 7\nend\n", secrets)).toBe("user root\npassword {{secret:KEY}} 7\nend\n");
  expect(withoutSecrets(template, "user admin\npassword hunter2 7\nend\n", secrets)).toBe("user admin\npassword {{changed on the host:KEY}} 7\nend\n");
});
