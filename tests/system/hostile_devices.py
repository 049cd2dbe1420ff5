#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""hostile_devices.py FOLDER - devices of reference clocks that do what none should, all at once.

A terminal, named in FOLDER/tty, that sends without end and without a line's end; 100000 datagrams
of every length to FOLDER/sock; a gpsd whose lines are too long, too deep, or no numbers. Writes
FOLDER/flooded when the datagrams are gone, and goes on until it is told to end.
"""
import os
import pty
import socket
import sys
import threading
import time

FOLDER = sys.argv[1]
DATAGRAMS = 100000


def flood_tty(master):
    junk = b"x" * 4096
    while True:
        os.write(master, junk)


def flood_socket():
    to = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    to.setblocking(False)
    while True:
        try:
            to.connect(FOLDER + "/sock")
            break
        except OSError:
            time.sleep(0.05)
    for i in range(DATAGRAMS):
        try:
            to.send(b"\0" * (i % 300))
        except BlockingIOError:
            pass
    with open(FOLDER + "/flooded", "w", encoding="ascii") as out:
        out.write("done")


def say(peer):
    peer.sendall(b'{"class":"VERSION","proto_major":3,"proto_minor":14}\r\n')
    junk = [
        b"x" * 1000000,
        b"[" * 10000,
        b'{"class":"PPS","real_sec":' + b"9" * 400 + b"}",
        b'{"class":"TPV","mode":NaN}',
        b'{"class":"TOFF","real_sec":1e999}',
        b"\0" * 100,
    ]
    while True:
        for line in junk:
            peer.sendall(line + b"\r\n")
        time.sleep(0.01)


def serve():
    listener = socket.create_server(("127.0.0.1", 2947))
    while True:
        peer, _ = listener.accept()
        try:
            say(peer)
        except OSError:
            peer.close()


def main():
    master, slave = pty.openpty()
    threading.Thread(target=serve, daemon=True).start()
    threading.Thread(target=flood_socket, daemon=True).start()
    with open(FOLDER + "/tty.new", "w", encoding="ascii") as out:
        out.write(os.ttyname(slave))
    os.rename(FOLDER + "/tty.new", FOLDER + "/tty")
    flood_tty(master)


main()
