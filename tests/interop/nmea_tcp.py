#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""nmea_tcp.py PORT LATE_S - a GPS receiver behind a serial server, for gpsd's tcp://HOST:PORT.

Each second it tells the cycle of an ordinary receiver, which ends LATE_S after the second of the
system clock that it is of: RMC, GSA with eight satellites, GSV, GGA. Ends when it is told to.
"""
import functools
import operator
import socket
import sys
import threading
import time

PORT, LATE = int(sys.argv[1]), float(sys.argv[2])
USED = [2, 5, 7, 13, 15, 20, 24, 28]


def line(body):
    total = functools.reduce(operator.xor, body.encode())
    return f"${body}*{total:02X}\r\n".encode()


def cycle(second):
    now = time.gmtime(second)
    clock, date = time.strftime("%H%M%S.000", now), time.strftime("%d%m%y", now)
    used = ",".join(f"{n:02d}" for n in USED)
    yield f"GPRMC,{clock},A,4807.0380,N,01131.0000,E,0.02,31.66,{date},,,A"
    yield f"GPGSA,A,3,{used},,,,,1.8,1.0,1.5"
    for part in range(2):
        sats = ",".join(f"{n:02d},{40 + n},{n * 9:03d},42" for n in USED[4 * part : 4 * part + 4])
        yield f"GPGSV,2,{part + 1},08,{sats}"
    yield f"GPGGA,{clock},4807.0380,N,01131.0000,E,1,08,1.0,545.4,M,46.9,M,,"


def attend(peer):
    try:
        while True:
            now = time.time()
            second = int(now - LATE) + 1
            time.sleep(second + LATE - now)
            peer.sendall(b"".join(line(body) for body in cycle(second)))
    except OSError:
        peer.close()


def main():
    listener = socket.create_server(("127.0.0.1", PORT))
    while True:
        peer, _ = listener.accept()
        threading.Thread(target=attend, args=(peer,), daemon=True).start()


main()
