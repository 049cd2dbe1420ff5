# SPDX-License-Identifier: BSD-2-Clause
"""nts_crowd.py - connections that keep a server of NTS key exchange busy, for as long as it runs.

usage: nts_crowd.py ADDRESS PORT COUNT idle|drip|tls

idle says nothing, drip begins a handshake with an octet a second, tls ends it and then sends its
request with an octet a second. Who is hung up on comes again at once. Prints "ready" when all
have been tried once.
"""
import socket
import ssl
import sys
import time

HELLO = bytes.fromhex("1603010200010001fc0303")
REQUEST = bytes.fromhex("80010002000080040002000f80000000")


def connect(address, port):
    s = socket.socket()
    s.setblocking(False)
    s.connect_ex((address, port))
    return s


class One:
    """One place in the crowd."""

    def __init__(self, address, port, how, context):
        self.to, self.how, self.context = (address, port), how, context
        self.socket, self.at, self.secure = None, 0, False

    def begin(self):
        self.at, self.secure = 0, False
        try:
            self.socket = connect(*self.to)
            if self.how == "tls":
                self.socket = self.context.wrap_socket(self.socket, do_handshake_on_connect=False)
        except OSError:
            self.socket = None

    def turn(self):
        """A second has passed."""
        if self.socket is None:
            self.begin()
            return
        try:
            if self.how == "tls" and not self.secure:
                self.socket.do_handshake()
                self.secure = True
            elif self.how != "idle":
                text = REQUEST if self.how == "tls" else HELLO
                if self.at < len(text) - 1:
                    self.socket.send(text[self.at:self.at + 1])
                    self.at += 1
            if not self.socket.recv(100):
                raise ConnectionError
        except (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError):
            pass
        except OSError:
            self.socket.close()
            self.begin()


def main():
    address, port, count, how = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4]
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.set_alpn_protocols(["ntske/1"])
    crowd = [One(address, port, how, context) for _ in range(count)]
    for one in crowd:
        one.begin()
    print("ready", flush=True)
    while True:
        for one in crowd:
            one.turn()
        time.sleep(1 if how != "tls" else 0.5)


main()
