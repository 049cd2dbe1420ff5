#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""packets.py FILE - the UDP datagrams of a capture of dumpcap's, over IPv4, a line each: the address
of the sender, the octets in hex, the second in which it came. The capture may go on: a last block
that is not whole is left out. tshark says the same, and takes a second to start."""
import socket
import struct
import sys

INTERFACE, PACKET = 1, 6
ETHERNET, IPV4, UDP = 1, 0x0800, 17


def blocks(octets):
    """The whole blocks: the kind and the body of each, and how its numbers are written."""
    at, order = 0, "<"
    while at + 12 <= len(octets):
        if octets[at:at + 4] == b"\x0a\x0d\x0d\x0a":
            order = "<" if octets[at + 8:at + 12] == b"\x4d\x3c\x2b\x1a" else ">"
        kind, length = struct.unpack_from(order + "II", octets, at)
        if length < 12 or at + length > len(octets):
            return
        yield kind, octets[at + 8:at + length - 4], order
        at += length


def ticks(options, order):
    """How many units of an interface's times a second has."""
    at = 0
    while at + 4 <= len(options):
        code, length = struct.unpack_from(order + "HH", options, at)
        if code == 9:
            unit = options[at + 4]
            return 2 ** (unit & 127) if unit & 128 else 10 ** unit
        at += 4 + (length + 3) // 4 * 4
    return 10 ** 6


def datagram(frame):
    """The sender and the octets; None for what is none."""
    if len(frame) < 34 or struct.unpack_from(">H", frame, 12)[0] != IPV4:
        return None
    head = 14 + (frame[14] & 15) * 4
    if frame[23] != UDP or len(frame) < head + 8:
        return None
    length = struct.unpack_from(">H", frame, head + 4)[0]
    return socket.inet_ntoa(frame[26:30]), frame[head + 8:head + length]


def main():
    with open(sys.argv[1], "rb") as f:
        octets = f.read()
    units = []
    for kind, body, order in blocks(octets):
        if kind == INTERFACE:
            if struct.unpack_from(order + "H", body)[0] != ETHERNET:
                sys.exit("not of an Ethernet")
            units.append(ticks(body[8:], order))
        elif kind == PACKET:
            at, high, low, kept = struct.unpack_from(order + "IIII", body)
            found = datagram(body[20:20 + kept])
            if found:
                print(found[0], found[1].hex(), "%.6f" % ((high << 32 | low) / units[at]))


main()
