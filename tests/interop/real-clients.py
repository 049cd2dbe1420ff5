#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""What real_clients.sh needs beside other people's programs.

real-clients.py count INTERFACE FILE
    Counts the NTP packets on an interface until it is ended by SIGTERM, then writes a line for
    each client: address, requests, answers, kisses, the shortest gap between two requests in ms.

real-clients.py play SERVER MODE VERSION SIZE GAP_MS COUNT
    Plays a client that no package has: COUNT requests of SIZE octets in a mode and version,
    GAP_MS apart, from one port. Prints how many were answered with a time, and how many not.

real-clients.py ntplib SERVER
    A program with python3-ntplib; prints its offset.
"""
import os
import signal
import socket
import struct
import sys
import time

ETH_P_ALL = 3
NTP_PORT = 123


def udp_of(frame):
    """Source, destination, ports and payload of an NTP packet, or None."""
    kind = struct.unpack("!H", frame[12:14])[0]
    if kind == 0x0800 and len(frame) >= 42 and frame[23] == 17:
        at = 14 + 4 * (frame[14] & 15)
        family, source, target = socket.AF_INET, frame[26:30], frame[30:34]
    elif kind == 0x86DD and len(frame) >= 62 and frame[20] == 17:
        at = 54
        family, source, target = socket.AF_INET6, frame[22:38], frame[38:54]
    else:
        return None
    sport, dport = struct.unpack("!HH", frame[at : at + 4])
    if NTP_PORT not in (sport, dport):
        return None
    return (
        socket.inet_ntop(family, source),
        socket.inet_ntop(family, target),
        sport,
        dport,
        frame[at + 8 :],
    )


def note(clients, packet, now):
    """Enters one packet in the table of clients."""
    source, target, sport, dport, payload = packet
    if len(payload) < 48:
        return
    mode = payload[0] & 7
    if mode in (1, 3) and dport == NTP_PORT:
        c = clients.setdefault(source, {"asked": 0, "told": 0, "kissed": 0, "gap": 1e9, "at": None})
        if c["at"] is not None:
            c["gap"] = min(c["gap"], now - c["at"])
        c["asked"] += 1
        c["at"] = now
    elif mode in (2, 4) and sport == NTP_PORT and target in clients:
        clients[target]["kissed" if payload[1] == 0 else "told"] += 1


def count(interface, path):
    """Counts until SIGTERM."""
    clients = {}
    ended = []
    signal.signal(signal.SIGTERM, lambda *_: ended.append(True))
    s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETH_P_ALL))
    s.bind((interface, 0))
    s.settimeout(0.2)
    print("counting", flush=True)
    while not ended:
        try:
            frame = s.recv(2048)
        except socket.timeout:
            continue
        packet = udp_of(frame)
        if packet is not None:
            note(clients, packet, time.monotonic())
    with open(path + ".new", "w", encoding="ascii") as f:
        for address, c in clients.items():
            gap_ms = 0 if c["gap"] == 1e9 else round(1000 * c["gap"])
            f.write(f"{address} {c['asked']} {c['told']} {c['kissed']} {gap_ms}\n")
    os.rename(path + ".new", path)


def hear(s, until, nonces):
    """Takes the answers that come until then out of the set of what was asked."""
    while nonces and time.monotonic() < until:
        s.settimeout(max(0.001, until - time.monotonic()))
        try:
            answer = s.recv(1024)
        except socket.timeout:
            return
        if len(answer) >= 48 and 0 < answer[1] < 16:
            nonces.discard(answer[24:32])


def play(server, mode, version, size, gap_ms, number):
    """Sends requests at a fixed gap, and counts the answers."""
    asked = set()
    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    s.connect((server, NTP_PORT))
    for _ in range(number):
        end = time.monotonic() + gap_ms / 1000
        nonce = os.urandom(8)
        asked.add(nonce)
        s.send(bytes([version << 3 | mode]) + bytes(39) + nonce + bytes(size - 48))
        hear(s, end, asked)
        time.sleep(max(0, end - time.monotonic()))
    hear(s, time.monotonic() + 1, asked)
    print(f"{number - len(asked)} told, {len(asked)} not")
    return not asked


def ask_ntplib(server):
    """What every script with ntplib does."""
    import ntplib  # pylint: disable=import-outside-toplevel

    print(f"offset {ntplib.NTPClient().request(server, version=4).offset:.6f}")


def main(argv):
    """Chooses by the first word."""
    if argv[1] == "count":
        count(argv[2], argv[3])
    elif argv[1] == "play":
        return 0 if play(argv[2], *(int(x) for x in argv[3:])) else 1
    elif argv[1] == "ntplib":
        ask_ntplib(argv[2])
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv))
