# Prints a line "PROTOCOL INTERFACE NEIGHBOUR" for each neighbour that this router's FRR 8.4 has up, and has heard of since
# AGE_MILLISECONDS ago; with 0, whenever. BGP names no interface ("-"), and BFD on a link-local address names no neighbour
# that an inventory could know ("link-local").
#
# Each daemon is asked on its own socket, as vtysh does it: a command and a zero byte go in, the answer ends with three zero
# bytes and the command's result. A daemon that does not answer contributes nothing.
import json
import os
import socket
import sys

AGE = int(os.environ.get("AGE_MILLISECONDS", "0"))
DEAD, DETECT = int(sys.argv[1]), int(sys.argv[2])


def command(vty, text):
    vty.sendall(text.encode() + b"\0")
    answer = b""
    while answer[-4:-1] != b"\0\0\0":
        part = vty.recv(65536)
        if not part:
            break
        answer += part
    return answer[:-4]


def ask(daemon, question):
    try:
        with socket.socket(socket.AF_UNIX) as vty:
            vty.settimeout(3)
            vty.connect("/run/frr/" + daemon + ".vty")
            # Not every daemon answers at the level that a connection begins with.
            command(vty, "enable")
            return json.loads(command(vty, question))
    except (OSError, ValueError):
        return {}


def heard(left):
    """Whether a neighbour that will be given up in `left` milliseconds has been heard since the change."""
    return left > DEAD - AGE or AGE == 0


def milliseconds(clock):
    """0:00:03 or 00:00:03, in which the last second is not over."""
    seconds = 0
    for part in clock.split(":"):
        seconds = seconds * 60 + int(part)
    return seconds * 1000 + 999


def up():
    for neighbour, entries in ask("ospfd", "show ip ospf neighbor json").get("neighbors", {}).items():
        for one in entries:
            state = one.get("nbrState", one.get("state", "")).split("/")[0]
            left = one.get("routerDeadIntervalTimerDueMsec", one.get("deadTimeMsecs", 0))
            if state == "Full" and heard(left):
                yield "ospf2", one["ifaceName"].split(":")[0], neighbour
    for one in ask("ospf6d", "show ipv6 ospf6 neighbor json").get("neighbors", []):
        if one["state"] == "Full" and heard(milliseconds(one["deadTime"])):
            yield "ospf3", one["interfaceName"], one["neighborId"]
    for one in ask("bfdd", "show bfd peers json"):
        if one["status"] == "up" and (AGE == 0 or AGE > DETECT):
            if ":" not in one["peer"]:
                yield "bfd4", one.get("interface", "-"), one["peer"]
            else:
                yield "bfd6", one.get("interface", "-"), "link-local" if one["peer"].startswith("fe80:") else one["peer"]
    said = ask("bgpd", "show bgp summary json")
    for protocol, family in (("bgp4", "ipv4Unicast"), ("bgp6", "ipv6Unicast")):
        for neighbour, one in said.get(family, {}).get("peers", {}).items():
            if one["state"] == "Established":
                yield protocol, "-", neighbour


for line in up():
    print(*line)
