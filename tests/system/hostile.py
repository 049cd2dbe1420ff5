# SPDX-License-Identifier: BSD-2-Clause
"""hostile.py KIND: answers mode 6 on port 123 of the loopback so as to harm the asker."""
import itertools
import os
import socket
import sys

KIND = sys.argv[1]
DATA = 468
sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
sock.bind(("127.0.0.1", 123))
print("ready", flush=True)


def part(request, offset, data, more):
    """One fragment that belongs to the request."""
    head = bytes([request[0], 0x80 | (0x20 if more else 0) | request[1] & 31])
    head += request[2:4] + b"\x06\x15" + request[6:8]
    head += (offset & 0xffff).to_bytes(2, "big") + len(data).to_bytes(2, "big")
    return head + data + bytes(-len(data) % 4)


def whole(request, text):
    """Fragments of a text, in order."""
    for at in range(0, max(len(text), 1), DATA):
        yield part(request, at, text[at:at + DATA], at + DATA < len(text))


def endless(request):
    for i in range(5000):
        yield part(request, i * DATA, b"a=1," * 117, True)


def overlapping(request):
    yield part(request, 0, b"srcadr=192.0.2.1, refid=GPS, ", True)
    yield part(request, 10, b"x" * 400, True)
    yield part(request, 4, b"y" * 400, False)


def same_again(request):
    for _ in range(5000):
        yield part(request, 0, b"srcadr=192.0.2.1, ", True)


def far_out(request):
    for offset in (0xffff, 0xfffe, 0x8000, 14975):
        yield part(request, offset, b"z" * DATA, False)


def variables(request):
    """As many of the 65536 names as fit, and more."""
    if request[1] & 31 == 1:
        return whole(request, b"\0\1\x96\x1a\0\2\x96\x1a")
    names = b",".join(b"%x" % i for i in range(65536))
    return whole(request, names[:33 * DATA])


def control_characters(request):
    bad = b"\x1b[2J\x1b]0;owned\x07\x9b31m\x08\x7f\r\x00"
    names = (b"srcadr", b"srchost", b"refid", b"version", b"addr.0", b"name.0", b"flags.0",
             b"hits.0", b"nonce", b"ss_uptime", b"stratum", b"reach", b"rec", b"clock")
    return whole(request, b", ".join(n + b'="' + bad + b'"' for n in names) + b"\r\n")


def long_line(request):
    return whole(request, b"srchost=" + b"A" * (32 * DATA - 8))


def noise(request):
    for _ in range(20000):
        yield os.urandom(500)


def wrong_sequence(request):
    for i in itertools.count(1):
        if i == 30000:
            return
        other = bytearray(request)
        other[3] ^= i & 0xff or 1
        yield part(bytes(other), 0, b"leap=0", False)


def associations(request):
    """Thousands of them, and each has the longest answer."""
    if request[1] & 31 == 1 and request[6:8] == b"\0\0":
        ids = b"".join(i.to_bytes(2, "big") + b"\x96\x1a" for i in range(1, 3745))
        return whole(request, ids)
    return whole(request, (b"srcadr=192.0.2.1, refid=GPS, " * 600)[:32 * DATA])


seen = 0


def clients(request):
    """Always one more client that nobody has seen."""
    global seen
    out = b"nonce=%08x0123456789abcdef" % seen
    for i in range(120):
        seen += 1
        out += b", addr.%d=10.%d.%d.%d:123, last.%d=0x%08x.00000000, ct.%d=1" % (
            i, seen >> 16 & 255, seen >> 8 & 255, seen & 255, i, seen, i)
    return whole(request, out)


while True:
    request, peer = sock.recvfrom(2048)
    for datagram in globals()[KIND](request):
        sock.sendto(datagram, peer)
