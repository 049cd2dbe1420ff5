#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""shm_writer.py UNIT OFFSET_S [LENGTH [MODE]] - hands over the time as gpsd does.

Writes the system clock's time and OFFSET_S to the segment of SHM unit UNIT ten times a second,
in the layout of LENGTH (96: of 64 bits, 80: of 32), making it with MODE (0666) when it is not
there. Ends when it is told to.
"""
import ctypes
import struct
import sys
import time

IPC_CREAT = 0o1000
LAYOUT = {96: ("=iiqixxxxqiiii", "=II", 48), 80: ("=iiiiiiiii", "=II", 36)}


def main():
    unit, offset = int(sys.argv[1]), float(sys.argv[2])
    length = int(sys.argv[3]) if len(sys.argv) > 3 else 96
    mode = int(sys.argv[4], 8) if len(sys.argv) > 4 else 0o666
    head, nanoseconds, valid_at = LAYOUT[length]
    libc = ctypes.CDLL(None, use_errno=True)
    libc.shmat.restype = ctypes.c_void_p
    shmid = libc.shmget(0x4E545030 + unit, length, IPC_CREAT | mode)
    if shmid < 0:
        sys.exit(f"shmget: {ctypes.get_errno()}")
    at = libc.shmat(shmid, None, 0)
    count = 0
    while True:
        now = time.clock_gettime_ns(time.CLOCK_REALTIME)
        clock = now + int(offset * 1e9)
        # valid goes last: nobody takes half of it.
        ctypes.memset(at + valid_at, 0, 4)
        count += 1
        sec, nsec = divmod(clock, 10**9)
        rsec, rnsec = divmod(now, 10**9)
        body = struct.pack(
            head, 1, count, sec, nsec // 1000, rsec, rnsec // 1000, 0, -20, 3
        )
        ctypes.memmove(at, body, len(body))
        tail = struct.pack(nanoseconds, nsec, rnsec)
        ctypes.memmove(at + valid_at + 4, tail, len(tail))
        ctypes.memmove(at + valid_at, struct.pack("=i", 1), 4)
        time.sleep(0.1)


main()
