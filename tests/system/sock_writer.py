#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""sock_writer.py PATH OFFSET_S [PULSE] - sends samples as gpsd does to chrony, twice a second, once
somebody reads them: a socket that was left behind refuses."""
import socket
import struct
import sys
import time

MAGIC = 0x534F434B


def main():
    path, offset = sys.argv[1], float(sys.argv[2])
    pulse = int(sys.argv[3]) if len(sys.argv) > 3 else 0
    to = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    while to.connect_ex(path) != 0:
        time.sleep(0.1)
    while True:
        sec, usec = divmod(time.clock_gettime_ns(time.CLOCK_REALTIME) // 1000, 10**6)
        to.send(struct.pack("=qqdiiii", sec, usec, offset, pulse, 0, 0, MAGIC))
        time.sleep(0.5)


main()
