#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""ask_mssntp.py ADDRESS KEY [RID [MODE [VERSION]]] - asks as a member of a Windows domain does.

Prints "signed", "bad signature" or "no answer", and length, mode and stratum of the answer.
"""
import hashlib
import socket
import struct
import sys
import time


def main():
    address, secret = sys.argv[1], sys.argv[2].encode()
    rid, mode, version = (int(x) for x in (sys.argv[3:] + ["1105", "3", "3"][len(sys.argv) - 3:]))
    now = struct.pack(">II", int(time.time()) + 2208988800, 12345)
    packet = bytes([version << 3 | mode, 0, 6, 0xe9]) + bytes(36) + now
    packet += struct.pack("<I", rid) + bytes(16)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        s.settimeout(2)
        s.connect((address, 123))
        s.send(packet)
        try:
            got = s.recv(2048)
        except (TimeoutError, ConnectionRefusedError):
            print("no answer")
            return
    if len(got) == 68:
        good = got[52:] == hashlib.md5(secret + got[:48]).digest() and got[48:52] == packet[48:52]
        what = "signed" if good and got[24:32] == now else "bad signature"
    else:
        what = "unsigned"
    print(what, len(got), "mode", got[0] & 7, "stratum", got[1])


main()
