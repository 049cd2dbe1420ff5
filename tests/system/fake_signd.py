#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""fake_signd.py FOLDER KEY - Samba's ntp_signd with one key, at FOLDER/socket.

Signs as Samba does: MD5 over the key and the packet (MS-SNTP, 3.2.5.1.1). The file FOLDER/way says
what it does otherwise: refuse, lie, babble, hang, end. Says "ready" on standard output, and a line
for each question.
"""
import hashlib
import os
import socket
import struct
import sys
import threading


def way(folder):
    try:
        with open(os.path.join(folder, "way"), encoding="ascii") as f:
            return f.read().strip()
    except FileNotFoundError:
        return "sign"


def read_exactly(conn, n):
    out = b""
    while len(out) < n:
        piece = conn.recv(n - len(out))
        if not piece:
            return None
        out += piece
    return out


def answer(folder, secret, question):
    version, op, ident, key_id = struct.unpack(">III4s", question[:16])
    packet = question[16:]
    does = way(folder)
    print("question", version, op, int.from_bytes(key_id, "little"), does, flush=True)
    if does == "refuse":
        return struct.pack(">IIII", 12, 0, 4, ident)
    if does == "lie":
        packet = packet[:1] + b"\x0f" + packet[2:]
    if does == "babble":
        return b"GET / HTTP/1.0\r\n\r\n"
    digest = hashlib.md5(secret + packet).digest()
    body = packet + key_id + digest
    return struct.pack(">IIII", 12 + len(body), 0, 3, ident) + body


def serve(conn, folder, secret):
    with conn:
        while True:
            head = read_exactly(conn, 4)
            if head is None:
                return
            question = read_exactly(conn, struct.unpack(">I", head)[0])
            if question is None:
                return
            said = answer(folder, secret, question)
            does = way(folder)
            if does == "end":
                return
            if does != "hang":
                conn.sendall(said)


def main():
    folder, secret = sys.argv[1], sys.argv[2].encode()
    path = os.path.join(folder, "socket")
    if os.path.exists(path):
        os.unlink(path)
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(path)
        listener.listen(8)
        print("ready", flush=True)
        while True:
            conn, _ = listener.accept()
            threading.Thread(target=serve, args=(conn, folder, secret), daemon=True).start()


main()
