# SPDX-License-Identifier: BSD-2-Clause
"""memory.py sink ADDRESS PORT FILE: takes requests of NTP, answers none, and writes the nonce of
each (the transmit timestamp) to FILE in hexadecimal digits.

memory.py scan PID PATTERN...: prints those of the patterns (hexadecimal digits) that stand in the
writable memory of the process; @FILE is each line of a file. The last line is the number of octets
that were looked at."""
import socket
import sys


def sink(address, port, path):
    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    s.bind((address, int(port)))
    with open(path, "w", encoding="ascii") as out:
        while True:
            packet = s.recv(2048)
            if len(packet) >= 48:
                print(packet[40:48].hex(), file=out, flush=True)


def patterns_of(words):
    for word in words:
        if word.startswith("@"):
            with open(word[1:], encoding="ascii") as f:
                yield from (line.strip() for line in f)
        else:
            yield word


def scan(pid, words):
    wanted = {bytes.fromhex(p) for p in patterns_of(words)}
    found, size = set(), 0
    with open(f"/proc/{pid}/maps", encoding="ascii") as maps, open(f"/proc/{pid}/mem", "rb", 0) as mem:
        for line in maps:
            span, mode = line.split()[:2]
            if "w" not in mode:
                continue
            start, end = (int(n, 16) for n in span.split("-"))
            try:
                mem.seek(start)
                octets = mem.read(end - start)
            except (OSError, ValueError, OverflowError):
                continue
            size += len(octets)
            found |= {p for p in wanted if p in octets}
    for p in sorted(found):
        print("found", p.hex())
    print(len(wanted), "patterns,", size, "octets")


if sys.argv[1] == "sink":
    sink(*sys.argv[2:5])
else:
    scan(sys.argv[2], sys.argv[3:])
