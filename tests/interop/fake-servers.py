#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
#
# fake-servers.py - answers NTP clients on several addresses. Each argument is
# ADDRESS,STRATUM,REFID,OFFSET: a server there of that stratum and reference id (four
# letters, or an IPv4 address), whose clock is OFFSET seconds ahead.

import select
import socket
import struct
import sys
import time

UNIX_TO_NTP = 2208988800


def stamp(t):
    return struct.pack("!Q", int((t + UNIX_TO_NTP) * 2 ** 32) & (2 ** 64 - 1))


def open_server(spec):
    address, stratum, refid, offset = spec.split(",")
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    s = socket.socket(family, socket.SOCK_DGRAM)
    s.bind((address, 123))
    if refid.count(".") == 3:
        octets = socket.inet_aton(refid)
    else:
        octets = refid.encode().ljust(4, b"\0")
    return s, (int(stratum), octets, float(offset))


def answer(request, server, now):
    stratum, refid, offset = server
    head = bytes([request[0] & 0x38 | 4, stratum, request[2], 0xe9])
    return (head + struct.pack("!II", 0, 66) + refid + stamp(now + offset - 3) +
            request[40:48] + stamp(now + offset) + stamp(time.time() + offset))


servers = dict(open_server(spec) for spec in sys.argv[1:])
print("ready", flush=True)
while True:
    for s in select.select(list(servers), [], [])[0]:
        request, client = s.recvfrom(1024)
        now = time.time()
        if len(request) >= 48 and request[0] & 7 == 3:
            s.sendto(answer(request, servers[s], now), client)
