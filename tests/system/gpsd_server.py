#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""gpsd_server.py LATE_S WHAT DEVICE [PORT] - a gpsd on this host, whose receiver is right.

Speaks first, waits for WATCH, then tells of each second of the system clock LATE_S after it:
WHAT is "all" (PPS, TPV, TOFF), "serial" (no PPS), "old" (TPV alone), "nofix", "rubbish" or
"nothing" (no word, not even the first). Ends when it is told to.
"""
import json
import socket
import sys
import threading
import time

LATE, WHAT, DEVICE = float(sys.argv[1]), sys.argv[2], sys.argv[3]
PORT = int(sys.argv[4]) if len(sys.argv) > 4 else 2947


def offset(kind, second, clock_ns):
    sec, nsec = divmod(clock_ns, 10**9)
    return {
        "class": kind,
        "device": DEVICE,
        "real_sec": second,
        "real_nsec": 0,
        "clock_sec": sec,
        "clock_nsec": nsec,
        "precision": -20,
    }


def reports(second):
    when = time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime(second))
    if WHAT == "all":
        yield offset("PPS", second, second * 10**9 + 1500)
    if WHAT == "nofix":
        yield {"class": "TPV", "device": DEVICE, "mode": 1}
        return
    yield {"class": "TPV", "device": DEVICE, "mode": 3, "time": when, "lat": 48.1}
    if WHAT != "old":
        yield offset("TOFF", second, time.time_ns())
    sats = [{"PRN": i, "used": i % 2 == 0} for i in range(24)]
    yield {"class": "SKY", "device": DEVICE, "satellites": sats}


def serve(peer):
    def say(thing):
        peer.sendall(json.dumps(thing, separators=(",", ":")).encode() + b"\r\n")

    if WHAT == "nothing":
        time.sleep(3600)
    say({"class": "VERSION", "release": "3.22", "proto_major": 3, "proto_minor": 14})
    if b"?WATCH=" not in peer.recv(4096):
        return
    say({"class": "DEVICES", "devices": [{"class": "DEVICE", "path": DEVICE}]})
    while True:
        now = time.time()
        second = int(now - LATE) + 1
        time.sleep(second + LATE - now)
        if WHAT == "rubbish":
            peer.sendall(b"$GPRMC,no JSON\r\n")
            continue
        for report in reports(second):
            say(report)


def attend(peer):
    try:
        serve(peer)
    except OSError:
        pass
    peer.close()


def main():
    listener = socket.create_server(("127.0.0.1", PORT), reuse_port=False)
    while True:
        peer, _ = listener.accept()
        threading.Thread(target=attend, args=(peer,), daemon=True).start()


main()
