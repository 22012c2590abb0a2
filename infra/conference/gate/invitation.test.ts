import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Invitation, readInvitation, signInvitation } from "./invitation.ts";
import { turnCredential } from "./turnCredential.ts";

const KEY = "a key of the tests";
const GUEST: Invitation = { id: "1", room: "toan-tinh", name: "Văn thư", role: "guest", site: "so-mau", expiresAt: 1000 };

describe("invitations", () => {
  test("are read as they were signed", () => {
    fc.assert(fc.property(fc.string(), fc.string(), fc.constantFrom("guest", "moderator"), fc.nat(), (room, name, role, expiresAt) => {
      const invitation: Invitation = { id: "1", room, name, role: role as Invitation["role"], site: "so-mau", expiresAt };
      fc.pre(name.length + room.length < 200);
      expect(readInvitation(signInvitation(invitation, KEY), KEY, expiresAt - 1)).toEqual(invitation);
    }));
  });

  test("end in the second that they name", () => {
    const token = signInvitation(GUEST, KEY);
    expect(readInvitation(token, KEY, 999.9)).toEqual(GUEST);
    expect(readInvitation(token, KEY, 1000)).toBe("expired");
  });

  test("of another key, or with one word changed, are forged", () => {
    const token = signInvitation(GUEST, KEY);
    const [, mac] = token.split(".");
    const [better] = signInvitation({ ...GUEST, role: "moderator" }, "another key").split(".");
    expect(readInvitation(signInvitation(GUEST, "another key"), KEY, 0)).toBe("forged");
    expect(readInvitation(`${better}.${mac}`, KEY, 0)).toBe("forged");
    expect(readInvitation(`${token.split(".")[0]}.`, KEY, 0)).toBe("forged");
  });

  test("no change of a single character is taken for the same invitation", () => {
    const token = signInvitation(GUEST, KEY);
    fc.assert(fc.property(fc.nat(token.length - 1), fc.constantFrom("A", "b", "7", "_", "."), (at, letter) => {
      const changed = token.slice(0, at) + letter + token.slice(at + 1);
      fc.pre(changed !== token);
      // The last letter of base64url may hold bits that say nothing.
      const read = readInvitation(changed, KEY, 0);
      expect(typeof read === "string" || at === token.length - 1).toBe(true);
    }));
  });

  test.each(["", "a", "a.b.c", "x".repeat(5000)])("%j is none", (token) => {
    expect(readInvitation(token, KEY, 0)).toBe("malformed");
  });
});

test("TURN accounts are as coturn expects them: base64 of HMAC-SHA-1 over expiry and name", () => {
  expect(turnCredential("an", 1_700_000_000, "north")).toEqual({ username: "1700000000:an", credential: "gEGcYsC8teElO8Chb9+SN7/KGHs=" });
});
