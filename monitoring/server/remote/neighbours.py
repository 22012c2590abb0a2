#!/usr/bin/python3
"""Writes what a router's FRR says of its neighbours, and whether its links have a carrier, for the node exporter.

    neighbours.py FILE SECONDS

replaces FILE every SECONDS. Each daemon is asked on its own socket, as vtysh does it: a command and a zero byte go in, the
answer ends with three zero bytes and the command's result. A daemon that does not answer contributes nothing.
"""
import glob
import json
import os
import socket
import sys
import time

QUESTIONS = {
    "ospfd": "show ip ospf neighbor json",
    "ospf6d": "show ipv6 ospf6 neighbor json",
    "bfdd": "show bfd peers json",
    "bgpd": "show bgp summary json",
}
TIMEOUT_SECONDS = 2


def command(vty, text):
    vty.sendall(text.encode() + b"\0")
    answer = b""
    while answer[-4:-1] != b"\0\0\0":
        part = vty.recv(65536)
        if not part:
            break
        answer += part
    return answer[:-4]


def ask(daemon):
    with socket.socket(socket.AF_UNIX) as vty:
        vty.settimeout(TIMEOUT_SECONDS)
        vty.connect(f"/run/frr/{daemon}.vty")
        # Not every daemon answers at the level that a connection begins with.
        command(vty, "enable")
        return json.loads(command(vty, QUESTIONS[daemon]))


def neighbours(daemon, said):
    """Tuples (protocol, neighbour, interface or "", state), in the words of the daemon."""
    if daemon == "ospfd":
        for neighbour, entries in said.get("neighbors", {}).items():
            for one in entries:
                state = one.get("nbrState", one.get("state", "unknown"))
                yield "ospf2", neighbour, one["ifaceName"].split(":")[0], state.split("/")[0]
    elif daemon == "ospf6d":
        for one in said.get("neighbors", []):
            yield "ospf3", one["neighborId"], one["interfaceName"], one["state"]
    elif daemon == "bfdd":
        for one in said:
            yield "bfd6" if ":" in one["peer"] else "bfd4", one["peer"], one.get("interface", ""), one["status"]
    else:
        for protocol, family in (("bgp4", "ipv4Unicast"), ("bgp6", "ipv6Unicast")):
            for neighbour, one in said.get(family, {}).get("peers", {}).items():
                yield protocol, neighbour, "", one["state"]


def metrics():
    for daemon in QUESTIONS:
        try:
            said = ask(daemon)
        except (OSError, ValueError):
            continue
        for protocol, neighbour, interface, state in neighbours(daemon, said):
            yield f'router_neighbour{{protocol="{protocol}",neighbour="{neighbour}",interface="{interface}",state="{state}"}} 1'
    for path in glob.glob("/sys/class/net/*/carrier"):
        try:
            with open(path) as file:
                yield f'router_interface_carrier{{interface="{path.split("/")[4]}"}} {file.read().strip()}'
        except OSError:
            # An interface that is administratively down has none to read.
            yield f'router_interface_carrier{{interface="{path.split("/")[4]}"}} 0'


def main(target, seconds):
    while True:
        temporary = f"{target}.new"
        with open(temporary, "w") as file:
            file.write("".join(f"{line}\n" for line in metrics()))
        os.replace(temporary, target)
        time.sleep(seconds)


if __name__ == "__main__":
    main(sys.argv[1], float(sys.argv[2]))
