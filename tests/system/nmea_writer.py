#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""nmea_writer.py FILE LATE_S - a GPS receiver on a pseudo terminal, whose name goes into FILE.

LATE_S after each second of the system clock it ends the sentence of that second. Ends when it is
told to, and takes the terminal with it.
"""
import functools
import operator
import os
import pty
import sys
import time


def sentence(second):
    now = time.gmtime(second)
    body = time.strftime("GPRMC,%H%M%S.00,A,4807.0,N,01131.0,E,0.0,0.0,%d%m%y,,,A", now)
    total = functools.reduce(operator.xor, body.encode())
    return f"${body}*{total:02X}\r\n".encode()


def main():
    late = float(sys.argv[2])
    master, slave = pty.openpty()
    with open(sys.argv[1] + ".new", "w", encoding="ascii") as out:
        out.write(os.ttyname(slave))
    os.rename(sys.argv[1] + ".new", sys.argv[1])
    while True:
        now = time.time()
        second = int(now - late) + 1
        time.sleep(second + late - now)
        line = sentence(second)
        os.write(master, b"$GPGSV,1,1,00*79\r\n" + line[:20])
        os.write(master, line[20:])


main()
